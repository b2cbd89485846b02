"""The second factor: codes of an authenticator app, each once, and recovery codes for a lost one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.connections.secrets import Unsealable, seal, unseal
from models.records.access.second_factor import is_right, matching_step
from models.rules.access import Role
from models.tables.base import utc_now
from tests.api.access.conftest import with_email
from tests.api.conftest import Api
from tests.factories import PASSWORD, Factory, log_in
from tests.letterbox import Letterbox


class Phone:
    """An authenticator app, its clock stopped: a test may last from one step into the next, and both are then good."""

    def __init__(self, secret: str) -> None:
        self.totp, self.now = pyotp.TOTP(secret), utc_now()

    def code(self, steps: int = 0) -> str:
        return self.totp.at(self.now + timedelta(seconds=30 * steps))


def _factory_name(person: Api) -> Any:
    with person.factory.read() as session:
        return session.execute(text("SELECT name FROM tenants WHERE id = :id"), {"id": person.factory.id}).scalar_one()


def begin(person: Api) -> Phone:
    started = person.call("POST", "/auth/second-factor", {"password": PASSWORD})
    assert started.status_code == 200, started.text
    assert started.headers["cache-control"] == "no-store"
    app = pyotp.parse_uri(started.json()["uri"])
    assert (app.secret, app.issuer) == (started.json()["secret"], f"FactoryOS ({_factory_name(person)})")
    return Phone(started.json()["secret"])


def turned_on(person: Api) -> tuple[Phone, list[str]]:
    """Set a second factor up by the code of this step; that of the next one is fresh."""
    phone = begin(person)
    confirmed = person.call("POST", "/auth/second-factor/confirm", {"code": phone.code()})
    assert confirmed.status_code == 200, confirmed.text
    return phone, confirmed.json()["recovery_codes"]


def enter(client: TestClient, tenant: Factory, code: str | None = None, username: str = "manager") -> Any:
    asked = {"tenant": tenant.slug, "username": username, "password": PASSWORD}
    return client.post("/api/v1/auth/login", json=asked if code is None else asked | {"second_factor": code})


@pytest.fixture
def maria(api: Api) -> Api:
    return api.as_("manager")


def test_once_it_is_on_the_password_alone_does_not_open_the_door(
    maria: Api, client: TestClient, letterbox: Letterbox
) -> None:
    to = letterbox.address()
    with_email(maria.factory, "manager", to)
    phone, codes = turned_on(maria)
    assert len(set(codes)) == 10
    needed = enter(client, maria.factory)
    assert (needed.status_code, needed.json()["type"]) == (401, "/problems/second-factor-needed")
    assert enter(client, maria.factory, phone.code(1)).status_code == 200
    assert letterbox.letters(to)[-1]["Subject"] == "The second factor was turned on"


def test_before_it_is_confirmed_it_guards_nothing(maria: Api, client: TestClient) -> None:
    phone = begin(maria)
    wrong = maria.call(
        "POST", "/auth/second-factor/confirm", {"code": "000000" if phone.code() != "000000" else "1" * 6}
    )
    assert (wrong.status_code, wrong.json()["type"]) == (403, "/problems/code-wrong")
    assert enter(client, maria.factory).status_code == 200
    newer = begin(maria)
    assert maria.call("POST", "/auth/second-factor/confirm", {"code": newer.code()}).status_code == 200


def test_a_code_that_was_used_is_refused_also_to_two_at_the_same_time(
    maria: Api, client: TestClient, at_once: Callable[..., list[Any]]
) -> None:
    phone, _ = turned_on(maria)
    replayed = enter(client, maria.factory, phone.code())
    assert (replayed.status_code, replayed.json()["type"]) == (401, "/problems/log-in-refused")
    answers = at_once(*[lambda: enter(client, maria.factory, phone.code(1))] * 3)
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


def test_a_code_before_one_that_was_used_is_refused_too(maria: Api, client: TestClient) -> None:
    phone, _ = turned_on(maria)
    assert enter(client, maria.factory, phone.code(-1)).status_code == 401
    assert enter(client, maria.factory, phone.code(1)).status_code == 200


def test_a_clock_may_be_half_a_minute_wrong_and_no_more() -> None:
    secret, now = pyotp.random_base32(), utc_now()
    totp, step = pyotp.TOTP(secret), int(utc_now().timestamp()) // 30
    now = now.fromtimestamp(step * 30 + 15, tz=now.tzinfo)
    found = [matching_step(secret, totp.at((step + away) * 30), now) for away in (-2, -1, 0, 1, 2)]
    assert found == [None, step - 1, step, step + 1, None]
    assert matching_step(secret, "", now) is None
    assert matching_step(secret, "é" * 6, now) is None


def test_each_recovery_code_works_once_however_it_is_typed(maria: Api, client: TestClient) -> None:
    _, codes = turned_on(maria)
    assert enter(client, maria.factory, codes[0]).status_code == 200
    assert enter(client, maria.factory, codes[0]).status_code == 401
    assert enter(client, maria.factory, codes[1].lower().replace("-", " ")).status_code == 200
    with maria.factory.read() as session:
        stored = session.execute(text("SELECT code_hash FROM recovery_codes")).scalars().all()
    assert not set(codes) & set(stored)


def test_a_recovery_code_is_no_one_elses(maria: Api, client: TestClient) -> None:
    _, codes = turned_on(maria)
    turned_on(maria.as_("developer"))
    assert enter(client, maria.factory, codes[0], "developer").status_code == 401


def test_guessing_codes_has_an_end(maria: Api, client: TestClient) -> None:
    phone, codes = turned_on(maria)
    for _ in range(5):
        assert enter(client, maria.factory, "ABCDEF").status_code == 401
    for code in (phone.code(1), codes[0]):
        locked = enter(client, maria.factory, code)
        assert (locked.status_code, locked.json()["type"]) == (429, "/problems/too-many-tries")


def test_new_recovery_codes_replace_the_old(maria: Api, client: TestClient) -> None:
    phone, old = turned_on(maria)
    asked = {"password": PASSWORD, "code": phone.code(1)}
    renewed = maria.call("POST", "/auth/second-factor/recovery-codes", asked)
    assert renewed.status_code == 200
    new = renewed.json()["recovery_codes"]
    assert not set(old) & set(new)
    assert enter(client, maria.factory, old[0]).status_code == 401
    assert enter(client, maria.factory, new[0]).status_code == 200


def test_it_is_taken_away_by_password_and_code_only(maria: Api, client: TestClient) -> None:
    phone, _ = turned_on(maria)

    def remove(password: str, code: str) -> Any:
        return maria.call("DELETE", "/auth/second-factor", {"password": password, "code": code})

    assert remove("guess", phone.code(1)).json()["type"] == "/problems/password-wrong"
    assert remove(PASSWORD, "ABCDEF").json()["type"] == "/problems/code-wrong"
    assert remove(PASSWORD, phone.code()).json()["type"] == "/problems/code-wrong", "it was used to confirm"
    assert remove(PASSWORD, phone.code(1)).status_code == 204
    assert enter(client, maria.factory).status_code == 200
    assert remove(PASSWORD, phone.code(1)).status_code == 409


def test_another_is_not_set_up_over_one_in_use_and_each_change_asks_for_the_password(maria: Api) -> None:
    refused = maria.call("POST", "/auth/second-factor", {"password": "guess"})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/password-wrong")
    assert maria.call("POST", "/auth/second-factor/confirm", {"code": "123456"}).status_code == 409
    phone, _ = turned_on(maria)
    assert maria.call("POST", "/auth/second-factor", {"password": PASSWORD}).status_code == 409
    assert maria.call("POST", "/auth/second-factor/confirm", {"code": phone.code()}).status_code == 409


def test_an_administrator_helps_somebody_who_lost_it(api: Api, stranger: Api, client: TestClient) -> None:
    maria, user_id = api.as_("manager"), api.factory.actor("manager").user_id
    turned_on(maria)
    for role in set(Role) - {Role.ADMIN}:
        assert api.as_(role).delete(f"/users/{user_id}/second-factor").status_code == 403
    assert stranger.delete(f"/users/{user_id}/second-factor").status_code == 404
    assert api.delete(f"/users/{user_id}/second-factor").status_code == 204
    assert maria.get("/auth/me").status_code == 401, "sessions are ended"
    assert enter(client, api.factory).status_code == 200
    assert api.delete(f"/users/{user_id}/second-factor").status_code == 404


@pytest.fixture
def required(api: Api) -> None:
    with api.factory.begin() as session:
        session.execute(
            text("""
            INSERT INTO tenant_settings (tenant_id, second_factor_required, row_version, updated_at)
            VALUES (:tenant, true, 1, now())
        """),
            {"tenant": api.factory.id},
        )


@pytest.mark.usefixtures("required")
def test_where_it_is_required_nobody_does_anything_before_having_one(api: Api, client: TestClient) -> None:
    answer = enter(client, api.factory, username="admin")
    assert answer.status_code == 200
    assert answer.json()["user"]["second_factor_setup_needed"] is True
    assert answer.json()["user"]["permissions"] == []
    for path in ("/parts", "/invitations", "/audit", "/stock/balances", "/products"):
        refused = api.get(path)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden"), path
        assert "second factor" in refused.json()["detail"]
    phone, _ = turned_on(api)
    me = api.get("/auth/me").json()
    assert me["second_factor_setup_needed"] is False
    assert me["permissions"]
    assert api.get("/parts").status_code == 200
    assert enter(client, api.factory, phone.code(1), "admin").json()["user"]["second_factor_setup_needed"] is False


@pytest.mark.usefixtures("required")
def test_what_one_factory_requires_is_not_asked_of_another(api: Api, stranger: Api) -> None:
    assert api.get("/parts").status_code == 403
    assert stranger.get("/parts").status_code == 200


def test_a_session_is_not_enough_to_guess_the_code(maria: Api) -> None:
    turned_on(maria)
    for _ in range(5):
        assert maria.call(
            "POST", "/auth/second-factor/recovery-codes", {"password": PASSWORD, "code": "ABCDEF"}
        ).status_code == 403  # fmt: skip
    locked = maria.call("POST", "/auth/second-factor/recovery-codes", {"password": PASSWORD, "code": "ABCDEF"})
    assert locked.status_code == 429


def test_the_seed_is_stored_sealed_and_a_changed_one_does_not_open(maria: Api) -> None:
    phone = begin(maria)
    with maria.factory.begin() as session:
        row = session.execute(text("SELECT id, totp_secret FROM users WHERE username = 'manager'")).one()
        assert phone.totp.secret not in row.totp_secret
        assert not is_right(session, row.id, phone.code(), utc_now()), "it is not confirmed"
    assert unseal(row.totp_secret, "totp") == phone.totp.secret
    for changed in (seal("x", "another purpose"), row.totp_secret[:-8] + "AAAAAAA="):
        with pytest.raises(Unsealable):
            unseal(changed, "totp")


def test_the_trail_tells_who_turned_it_on_and_off_and_holds_no_secret(
    maria: Api, audited: Callable[[], list[Any]]
) -> None:
    phone, codes = turned_on(maria)
    log_in(maria.factory.actor("manager"))
    maria.call("DELETE", "/auth/second-factor", {"password": PASSWORD, "code": phone.code(1)})
    entries = audited()
    assert {"access:second_factor_on", "access:second_factor_off"} <= {entry["action"] for entry in entries}
    assert not any(secret in str(entries) for secret in (phone.totp.secret, *codes))
