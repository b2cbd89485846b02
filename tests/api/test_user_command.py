"""`factoryos user` against a real API on a real port, and against the database alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from sqlalchemy import text
from typer.testing import CliRunner

from deploy.cli import app
from models.rules.access import Role
from models.rules.passwords import weakness
from tests.factories import PASSWORD, Factory


@pytest.fixture
def told(address: str, tenant: Factory, tmp_path: Path) -> Callable[..., Result]:
    """Run `factoryos user` as this factory's administrator."""

    def run(*words: str, **environment: str) -> Result:
        there = {
            "FACTORYOS_URL": address, "FACTORYOS_USER": "admin", "FACTORYOS_PASSWORD": PASSWORD,
            "FACTORYOS_TENANT": tenant.slug, "FACTORYOS_HOME": str(tmp_path), "COLUMNS": "200", **environment,
        }  # fmt: skip
        return CliRunner().invoke(app, ["user", *words], env=there)

    return run


def _log_in(client: TestClient, factory: Factory, username: str, password: str) -> Any:
    return client.post("/api/v1/auth/login", json={"tenant": factory.slug, "username": username, "password": password})


def _shown_password(result: Result) -> str:
    return result.output.split("shown only now: ")[1].split()[0]


def test_people_are_listed(told: Callable[..., Result]) -> None:
    shown = told("list")
    assert shown.exit_code == 0, shown.output
    assert all(role.value in shown.stdout for role in Role)
    people = json.loads(told("list", "--role", "manager", "--json").stdout)
    assert [person["username"] for person in people] == ["manager"]
    assert told("list", "--inactive").stdout.strip() == "There are no such people."


def test_a_person_is_added_with_a_password_shown_once(
    told: Callable[..., Result], client: TestClient, tenant: Factory
) -> None:
    added = told("add", "Anna", "--name", "Anna [Berg]", "--role", "technician", "--with-password")
    assert added.exit_code == 0, added.output
    assert "Added anna as technician." in added.output
    assert _log_in(client, tenant, "anna", _shown_password(added)).status_code == 200
    assert "Anna [Berg]" in told("list", "--search", "anna").stdout
    plain = told("add", "otto", "--name", "Otto", "--role", "viewer", "--json")
    assert json.loads(plain.stdout)["has_password"] is False


def test_what_cannot_be_added_is_told_in_a_sentence(told: Callable[..., Result]) -> None:
    refused = told("add", "anna", "--name", "Anna", "--role", "astronaut")
    assert refused.exit_code == 1
    assert "There is no role 'astronaut'" in refused.output
    assert told("add", "anna", "--name", "Anna", "--role", "viewer", "--time-zone", "Mars").exit_code == 2
    assert told("add", "manager", "--name", "M", "--role", "viewer").exit_code == 1


def test_a_person_is_put_out(told: Callable[..., Result], client: TestClient, tenant: Factory) -> None:
    assert told("deactivate", "Manager").exit_code == 0
    assert _log_in(client, tenant, "manager", PASSWORD).status_code == 401
    assert "manager" in told("list", "--inactive").stdout
    assert "There is nobody called nobody" in told("deactivate", "nobody").output
    last = told("deactivate", "admin")
    assert last.exit_code == 1
    assert "last active administrator" in last.output


def test_an_administrator_who_is_locked_out_gets_a_new_password_on_the_machine(
    told: Callable[..., Result], client: TestClient, tenant: Factory
) -> None:
    token = tenant.headers(Role.ADMIN)
    for _ in range(6):
        _log_in(client, tenant, "admin", "wrong")
    assert _log_in(client, tenant, "admin", PASSWORD).status_code == 429
    given = told("password", "ADMIN")
    assert given.exit_code == 0, given.output
    made = _shown_password(given)
    assert weakness(made, "admin") is None
    assert _log_in(client, tenant, "admin", made).status_code == 200
    assert client.get("/api/v1/auth/me", headers=token).status_code == 401, "what was open is closed"
    assert made not in told("password", "manager").output
    with tenant.read() as session:
        rows = session.execute(text("SELECT data FROM outbox WHERE data->>'action' LIKE 'users:password%'"))
        entries = list(rows.scalars())
    assert [entry["user_id"] for entry in entries] == [None, None]
    assert made not in str(entries)


def test_a_lost_second_factor_is_dropped_only_when_told_so(
    told: Callable[..., Result], client: TestClient, tenant: Factory
) -> None:
    with tenant.begin() as session:
        session.execute(text("UPDATE users SET totp_secret = 'x', totp_confirmed_at = now() WHERE username = 'admin'"))
    kept = _shown_password(told("password", "admin"))
    assert _log_in(client, tenant, "admin", kept).json()["type"] == "/problems/second-factor-needed"
    dropped = _shown_password(told("password", "admin", "--drop-second-factor"))
    assert _log_in(client, tenant, "admin", dropped).status_code == 200


def test_a_password_is_made_for_active_people_of_a_known_factory_only(told: Callable[..., Result]) -> None:
    told("deactivate", "viewer")
    for words, environment in (
        (("password", "nobody"), {}),
        (("password", "viewer"), {}),
        (("password", "admin"), {"FACTORYOS_TENANT": "no-such-factory"}),
    ):
        refused = told(*words, **environment)
        assert refused.exit_code == 1, refused.output
        assert "There is no active" in refused.output


def test_without_a_database_there_is_no_way_in(told: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    assert told("password", "admin").exit_code == 3
