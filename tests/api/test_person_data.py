"""What belongs to a person: they may take it along, and it can be forgotten for ever."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.connections.ids import new_id
from models.connections.mongo import mongo
from models.connections.secrets import digest
from models.messages.commands import CompleteWorkOrder, StartWorkOrder
from models.records.access.passwords import hash_password
from models.rules.access import Role
from models.tables.access.credentials import (
    ApiKey,
    FailedLogIns,
    IdentityProvider,
    Invitation,
    OneTimeCode,
    UserIdentity,
)
from models.tables.access.people import RecoveryCode, User
from models.tables.base import utc_now
from models.tables.jobs import OutboxRow
from tests.api.conftest import Api
from tests.api.people import Somebody, change
from tests.api.running import slug
from tests.floor import lamp_job
from worker.relays.outbox import relay

GOOD = "wrench under the blue lamp"


@pytest.fixture
def anna(api: Api) -> Somebody:
    """Somebody who has left traces everywhere."""
    anna = Somebody(
        api, "anna.berg", "manager", password=GOOD, email="anna@berg.example", hourly_rate="42", language="sv",
        time_zone="Europe/Stockholm",
    )  # fmt: skip
    api.client.post("/api/v1/auth/login", json={"tenant": api.factory.slug, "username": "anna.berg", "password": GOOD})
    anna.made("/teams", {"code": "NIGHT", "name": "Night", "members": [anna.id]})
    skill = anna.made("/skills", {"code": "WELD", "name": "Welding"})
    anna.put(f"/users/{anna.id}/skills/{skill['id']}", {"certified_at": "2026-01-01T00:00:00Z"})
    _credentials(api, UUID(anna.id))
    job = lamp_job(api.factory, "2")
    job.do(StartWorkOrder(), "cut", actor=anna.actor)
    job.later(30)
    job.do(CompleteWorkOrder(good=1, scrapped=1, reason="=2+5 too short"), "cut", actor=anna.actor)
    order = {"product": "LAMP", "quantity": "1", "due_at": datetime(2027, 3, 1, tzinfo=UTC).isoformat()}
    anna.made("/orders", order)
    return anna


def _credentials(api: Api, anna: UUID) -> None:
    tenant, now = api.factory.id, utc_now()
    with api.factory.begin() as session:
        provider = IdentityProvider(
            tenant_id=tenant, id=new_id(), code="ENTRA", name="Entra", issuer="https://id.example", client_id="x",
            client_secret="sealed",
        )  # fmt: skip
        session.add(provider)
        session.flush()
        session.add_all((
            RecoveryCode(tenant_id=tenant, user_id=anna, code_hash="recovery"),
            OneTimeCode(tenant_id=tenant, user_id=anna, code_hash="code", expires_at=now),
            UserIdentity(tenant_id=tenant, provider_id=provider.id, subject="anna-at-entra", user_id=anna),
            FailedLogIns(tenant_id=tenant, username="anna.berg", factor="password", failures=2, last_failed_at=now),
            ApiKey(tenant_id=tenant, name="Anna Berg's script", secret_hash=digest("x"), user_id=anna, scopes=[],
                   created_by=anna),
            Invitation(tenant_id=tenant, email="Anna@berg.example", role="manager", token_hash="t", expires_at=now,
                       invited_by=api.factory.actor().user_id, accepted_at=now, accepted_by=anna),
            Invitation(tenant_id=tenant, email="anna@berg.example", role="admin", token_hash="t", expires_at=now,
                       invited_by=api.factory.actor().user_id),
            OutboxRow(tenant_id=tenant, key="mail:1", topic="mail", data={"to": "anna@berg.example"}, sent_at=now),
        ))  # fmt: skip
        person = session.get_one(User, anna)
        person.pin_hash, person.totp_secret, person.totp_confirmed_at = hash_password("4711"), "sealed", now


def _zip(answer: Any) -> ZipFile:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    return ZipFile(BytesIO(answer.content))


def _list(archive: ZipFile, name: str) -> Any:
    return json.loads(archive.read(f"{name}.json"))


def test_a_person_takes_along_everything_that_is_kept_about_them(anna: Somebody) -> None:
    relay(anna.factory.id)
    archive = _zip(anna.get(f"/users/{anna.id}/export"))
    assert archive.testzip() is None
    profile = json.loads(archive.read("profile.json"))
    assert (profile["username"], profile["email"], profile["hourly_rate"]) == ("anna.berg", "anna@berg.example", "42")
    rows = json.loads(archive.read("contents.json"))["rows"]
    for name, count in {
        "teams": 1, "skills": 1, "sessions": 2, "api_keys": 1, "identities": 1, "invitations": 1, "time_entries": 1,
        "work_orders": 1, "rejections": 1, "orders": 1, "commands": 2, "recorded_data": 0, "templates": 0, "files": 0,
    }.items():  # fmt: skip
        assert (name, rows[name]) == (name, count)
        assert len(_list(archive, name)) == count
    assert rows["stock_movements"] == len(_list(archive, "stock_movements")) > 0
    told = {entry["action"] for entry in _list(archive, "audit_entries")}
    assert {"users:created", "access:logged_in", "work_orders:completed", "skills:certified"} <= told
    assert _list(archive, "time_entries")[0]["minutes"] == "30"
    for name in archive.namelist():
        content = archive.read(name).decode()
        for secret in ("$argon2", "secret_hash", "sealed", digest("x"), "recovery"):
            assert secret not in content, name


def test_every_list_is_there_as_a_table_too_and_runs_no_formula(api: Api, anna: Somebody) -> None:
    archive = _zip(api.get(f"/users/{anna.id}/export"))
    named = {name.removesuffix(".json") for name in archive.namelist() if name.endswith(".json")}
    assert {f"{name}.csv" for name in named - {"profile", "contents"}} <= set(archive.namelist())
    (row,) = csv.DictReader(StringIO(archive.read("rejections.csv").decode()))
    assert row["reason"] == "'=2+5 too short"
    assert _list(archive, "rejections")[0]["reason"] == "=2+5 too short"
    assert archive.read("files.csv").decode().strip() == "id,name,media_type,size,uploaded_at"


def test_a_long_list_is_taken_along_whole(api: Api) -> None:
    person = api.factory.actor(Role.TECHNICIAN)
    with api.factory.begin() as session:
        session.execute(
            text("""
            INSERT INTO sessions (tenant_id, id, user_id, kind, secret_hash, address, agent, created_at, last_used_at,
                                  expires_at)
            SELECT :tenant, gen_random_uuid(), :id, 'api', '', 'place ' || n, '', now() + n * interval '1 s', now(),
                   now() FROM generate_series(1, 2500) n
            """),
            {"tenant": api.factory.id, "id": person.user_id},
        )
    archive = _zip(api.get(f"/users/{person.user_id}/export"))
    assert [one["address"] for one in _list(archive, "sessions")] == [f"place {n}" for n in range(1, 2501)]
    rows = list(csv.DictReader(StringIO(archive.read("sessions.csv").decode())))
    assert [row["address"] for row in rows] == [f"place {n}" for n in range(1, 2501)]


def test_nobody_takes_along_what_is_another_persons(api: Api, stranger: Api, anna: Somebody) -> None:
    path = f"/users/{anna.id}/export"
    for role in set(Role) - {Role.ADMIN}:
        assert api.as_(role).get(path).status_code == 404, role
        assert api.as_(role).get(f"/users/{api.factory.actor(role).user_id}/export").status_code == 200
    assert stranger.get(path).status_code == 404
    assert api.get(f"/users/{uuid4()}/export").status_code == 404


def test_a_key_of_a_person_does_not_take_their_data_along(api: Api, client: TestClient, anna: Somebody) -> None:
    key = ApiKey(
        tenant_id=api.factory.id, id=new_id(), name="k", secret_hash=digest("s"), user_id=UUID(anna.id), scopes=[],
        created_by=UUID(anna.id),
    )  # fmt: skip
    identity = key.id
    with api.factory.begin() as session:
        session.add(key)
    headers = {"Authorization": f"Bearer fos_{identity.hex}_s"}
    assert client.get(f"/api/v1/users/{anna.id}/export", headers=headers).status_code == 403


def test_taking_data_along_is_told_to_the_trail(api: Api, anna: Somebody, audited: Callable[[], list[Any]]) -> None:
    _zip(api.get(f"/users/{anna.id}/export"))
    entry = audited()[-1]
    assert (entry["action"], entry["subject_id"]) == ("users:exported", anna.id)
    assert entry["user_id"] == str(api.factory.actor().user_id)


def _traces(api: Api, *words: str) -> dict[str, int]:
    """How many rows of which tables of this factory still hold one of these words."""
    found: dict[str, int] = {}
    with api.factory.read() as session:
        tables = session.execute(text(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
            "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        )).scalars()  # fmt: skip
        for table in list(tables):
            for word in words:
                count = session.execute(
                    text(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE :word"),  # noqa: S608
                    {"word": f"%{word}%"},
                ).scalar_one()
                if count:
                    found[f"{table}: {word}"] = count
    return found


def test_who_an_erased_person_was_stands_nowhere_any_more(api: Api, anna: Somebody) -> None:
    words = ("anna.berg", "Anna Berg", "berg.example", "anna-at-entra", "Europe/Stockholm")
    assert len(_traces(api, *words)) > 5, "there was something to forget"
    erased = api.post(f"/users/{anna.id}/erase")
    assert erased.status_code == 200, erased.text
    view = erased.json()
    assert view["display_name"] == "Erased person"
    assert view["username"].startswith("erased-")
    assert len(view["username"]) == len("erased-") + 8
    assert (view["email"], view["hourly_rate"], view["skills"], view["teams"]) == (None, None, [], [])
    assert view["active"] is False
    assert view["erased_at"]
    assert not view["has_password"]
    assert not view["second_factor"]
    assert _traces(api, *words) == {}
    relay(api.factory.id)
    entries = list(mongo()["audit_logs"].find({"tenant_id": str(api.factory.id)}))
    assert len(entries) > 5
    assert not [word for word in words if word.lower() in str(entries).lower()]


def test_invitations_of_an_erased_person_are_not_answered_again(api: Api, anna: Somebody) -> None:
    api.made("/invitations", {"email": "Anna@home.example", "role": "viewer"})
    with api.factory.begin() as session:
        session.execute(text("UPDATE users SET email = 'anna@home.example' WHERE id = :id"), {"id": anna.id})
    api.made("/invitations", {"email": "annabel@berg.org", "role": "viewer"})
    answers = "SELECT count(*) FROM idempotency_keys WHERE body ILIKE :word"

    def kept(word: str) -> Any:
        with api.factory.read() as session:
            return session.execute(text(answers), {"word": f"%{word}%"}).scalar_one()

    assert kept("anna@home.example")
    assert api.post(f"/users/{anna.id}/erase").status_code == 200
    assert kept("anna@home.example") == 0
    assert kept("annabel@berg.org") == 1


def test_what_an_erased_person_did_stays(api: Api, anna: Somebody) -> None:
    counts = (
        "SELECT (SELECT count(*) FROM time_entries WHERE user_id = :id), "
        "(SELECT count(*) FROM stock_entries WHERE actor_id = :id), "
        "(SELECT count(*) FROM orders WHERE created_by = :id), "
        "(SELECT count(*) FROM commands WHERE actor_id = :id), "
        "(SELECT count(*) FROM job_events WHERE actor_id = :id)"
    )

    def facts() -> Any:
        with api.factory.read() as session:
            return tuple(session.execute(text(counts), {"id": UUID(anna.id)}).one())

    before = facts()
    assert all(before)
    assert api.post(f"/users/{anna.id}/erase").status_code == 200
    assert facts() == before
    times = api.get("/work-orders?q=cut").json()["items"][0]
    assert api.get(f"/work-orders/{times['id']}").json()["times"][0]["user"] == "Erased person"


def test_an_erased_person_is_out_and_never_comes_back(api: Api, client: TestClient, anna: Somebody) -> None:
    person = api.get(f"/users/{anna.id}").json()
    key = str(uuid4())
    erased = api.post(f"/users/{anna.id}/erase", idempotency_key=key)
    assert anna.get("/profile").status_code == 401
    log_in = {"tenant": api.factory.slug, "username": "anna.berg", "password": GOOD}
    assert client.post("/api/v1/auth/login", json=log_in).status_code == 401
    again = api.post(f"/users/{anna.id}/erase", idempotency_key=key)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (erased.json(), "true")
    assert slug(api.post(f"/users/{anna.id}/erase")) == "conflict"
    version = erased.json()["row_version"]
    assert slug(api.put(f"/users/{anna.id}", change(person), version)) == "conflict"
    assert slug(api.delete(f"/users/{anna.id}", version)) == "conflict"
    assert api.post("/users", {"username": "anna.berg", "display_name": "Another Anna", "role": "viewer",
                               "email": "anna@berg.example"}).status_code == 201  # fmt: skip


def test_the_last_administrator_and_service_accounts_are_not_erased(api: Api) -> None:
    me = api.factory.actor().user_id
    assert slug(api.post(f"/users/{me}/erase")) == "conflict"
    with api.factory.begin() as session:
        machine = User(tenant_id=api.factory.id, username="press-7", display_name="Press", role="technician",
                       kind="service", id=new_id())  # fmt: skip
        session.add(machine)
        identity = machine.id
    assert slug(api.post(f"/users/{identity}/erase")) == "conflict"


def test_only_administrators_erase_and_only_in_their_own_factory(api: Api, stranger: Api, anna: Somebody) -> None:
    for role in set(Role) - {Role.ADMIN}:
        assert api.as_(role).post(f"/users/{anna.id}/erase").status_code == 403
    assert anna.post(f"/users/{anna.id}/erase").status_code == 403, "not even themselves"
    assert stranger.post(f"/users/{anna.id}/erase").status_code == 404
    assert api.get(f"/users/{anna.id}").json()["username"] == "anna.berg"


def test_that_somebody_was_erased_is_told_to_the_trail(
    api: Api, anna: Somebody, audited: Callable[[], list[Any]]
) -> None:
    api.post(f"/users/{anna.id}/erase")
    entry = audited()[-1]
    assert (entry["action"], entry["subject_id"]) == ("users:erased", anna.id)
    assert entry["user_id"] == str(api.factory.actor().user_id)
