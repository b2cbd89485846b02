"""Passwords: changed by who knows the old one, forgotten and set anew by a code that came by mail."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.connections.postgres import begin
from models.records.access import own_password
from models.records.access.log_in import count_failure
from models.rules.access import Role
from tests.api.access.conftest import with_email
from tests.api.conftest import Api
from tests.factories import PASSWORD, Factory, log_in
from tests.letterbox import Letterbox

NEW = "wrench under the blue lamp"


@pytest.fixture
def maria(tenant: Factory, letterbox: Letterbox) -> str:
    """The manager's address."""
    to = letterbox.address()
    with_email(tenant, "manager", to)
    return to


def forgot(client: TestClient, tenant: Factory, username: str = "manager") -> Any:
    return client.post("/api/v1/auth/password/forgot", json={"tenant": tenant.slug, "username": username})


def reset(client: TestClient, tenant: Factory, code: str, username: str = "manager", password: str = NEW) -> Any:
    asked = {"tenant": tenant.slug, "username": username, "code": code, "new_password": password}
    return client.post("/api/v1/auth/password/reset", json=asked)


def enter(client: TestClient, tenant: Factory, password: str, username: str = "manager") -> Any:
    asked = {"tenant": tenant.slug, "username": username, "password": password}
    return client.post("/api/v1/auth/login", json=asked)


def code_in(letterbox: Letterbox, to: str) -> str:
    (code,) = [line for line in letterbox.text(to).splitlines() if line.isdigit()]
    return code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_new_password_replaces_the_old_and_ends_all_other_sessions(
    api: Api, client: TestClient, maria: str, letterbox: Letterbox
) -> None:
    elsewhere = log_in(api.factory.actor("manager"))
    answer = api.as_("manager").put("/auth/password", {"old_password": PASSWORD, "new_password": NEW})
    assert (answer.status_code, answer.json()) == (200, {"sessions": 1})
    assert api.as_("manager").get("/auth/me").status_code == 200, "this session goes on"
    assert client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {elsewhere}"}).status_code == 401
    assert enter(client, api.factory, PASSWORD).status_code == 401
    assert enter(client, api.factory, NEW).status_code == 200
    assert letterbox.letters(maria)[-1]["Subject"] == "The password was changed"


def test_without_the_old_password_nothing_changes_and_guessing_it_has_an_end(api: Api) -> None:
    person = api.as_("manager")
    answers = [person.put("/auth/password", {"old_password": "guess", "new_password": NEW}) for _ in range(5)]
    assert {(each.status_code, each.json()["type"]) for each in answers} == {(403, "/problems/password-wrong")}
    locked = person.put("/auth/password", {"old_password": PASSWORD, "new_password": NEW})
    assert (locked.status_code, locked.json()["type"]) == (429, "/problems/too-many-tries")


@pytest.mark.parametrize("password", ["short", "manager", "administrator"])
def test_a_weak_new_password_is_refused_in_a_sentence(api: Api, password: str) -> None:
    refused = api.as_("manager").put("/auth/password", {"old_password": PASSWORD, "new_password": password})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/weak-secret")
    assert refused.json()["errors"][0]["pointer"] == "/new_password"
    assert password not in refused.text


def test_the_mailed_code_sets_a_new_password_once_and_ends_every_session(
    api: Api, client: TestClient, maria: str, letterbox: Letterbox
) -> None:
    token = api.factory.token("manager")
    assert forgot(client, api.factory).status_code == 202
    code = code_in(letterbox, maria)
    assert len(code) == 6
    assert reset(client, api.factory, code).status_code == 204
    assert client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert enter(client, api.factory, PASSWORD).status_code == 401
    assert enter(client, api.factory, NEW).status_code == 200
    assert "code sent by mail" in letterbox.letters(maria)[-1]["Subject"]
    again = reset(client, api.factory, code)
    assert (again.status_code, again.json()["type"]) == (403, "/problems/reset-refused")


def test_a_forgotten_password_is_answered_alike_for_everybody(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox
) -> None:
    with begin(tenant.id) as session:
        session.execute(text("UPDATE users SET active = false WHERE username = 'viewer'"))
    names = ("manager", "nobody", "admin", "viewer")  # with an address, unknown, without one, no longer here
    answers = [forgot(client, tenant, name) for name in names]
    answers.append(client.post("/api/v1/auth/password/forgot", json={"tenant": "no-such", "username": "manager"}))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len(letterbox.letters(maria)) == 1
    with tenant.read() as session:
        assert session.execute(text("SELECT count(*) FROM one_time_codes")).scalar_one() == 1


async def test_nothing_is_looked_up_before_the_answer_is_written(tenant: Factory) -> None:
    from starlette.background import BackgroundTasks

    from api.routes.access.own_password import ForgottenPassword, forgot_password

    later, asked = BackgroundTasks(), ForgottenPassword(tenant=tenant.slug, username="manager")
    answer = await forgot_password(asked, None, later)  # type: ignore[arg-type]  # not even the request is looked at
    assert answer.detail
    assert len(later.tasks) == 1


def test_wrong_used_late_and_unknown_look_the_same(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox
) -> None:
    forgot(client, tenant)
    late = code_in(letterbox, maria)
    with tenant.begin() as session:
        session.execute(text("UPDATE one_time_codes SET expires_at = now() - interval '1 second'"))
    answers = [reset(client, tenant, late)]
    forgot(client, tenant)
    good = code_in(letterbox, maria)
    answers += [
        reset(client, tenant, wrong(good)),
        reset(client, tenant, late),
        reset(client, tenant, good, "nobody"),
        reset(client, tenant, good, "admin"),
        reset(client, tenant, "é" * 6),
        client.post(
            "/api/v1/auth/password/reset",
            json={"tenant": "no-such", "username": "manager", "code": good, "new_password": NEW},
        ),
    ]
    assert reset(client, tenant, good).status_code == 204
    answers.append(reset(client, tenant, good))
    assert {answer.status_code for answer in answers} == {403}
    assert len({(answer.json()["type"], answer.json()["detail"]) for answer in answers}) == 1


def test_only_the_newest_code_is_good(client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox) -> None:
    forgot(client, tenant)
    first = code_in(letterbox, maria)
    forgot(client, tenant)
    second = code_in(letterbox, maria)
    if first != second:
        assert reset(client, tenant, first).status_code == 403
    assert reset(client, tenant, second).status_code == 204


def test_after_five_wrong_tries_the_right_code_is_worthless(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox
) -> None:
    forgot(client, tenant)
    code = code_in(letterbox, maria)
    for _ in range(5):
        assert reset(client, tenant, wrong(code)).status_code == 403
    assert reset(client, tenant, code).status_code == 403


def test_tries_at_the_same_time_are_counted_one_by_one(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox, at_once: Callable[..., list[Any]]
) -> None:
    forgot(client, tenant)
    code = code_in(letterbox, maria)
    at_once(*[lambda: reset(client, tenant, wrong(code))] * 6)
    with tenant.read() as session:
        assert session.execute(text("SELECT tries FROM one_time_codes")).scalar_one() == 6
    answers = at_once(*[lambda: reset(client, tenant, code)] * 2)
    assert {answer.status_code for answer in answers} == {403}


def test_a_code_is_used_once_even_by_two_at_the_same_time(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox, at_once: Callable[..., list[Any]]
) -> None:
    forgot(client, tenant)
    code = code_in(letterbox, maria)
    answers = at_once(*[lambda: reset(client, tenant, code)] * 3)
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403]


def test_a_letterbox_gets_five_codes_an_hour_and_no_more(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox
) -> None:
    for _ in range(7):
        assert forgot(client, tenant).status_code == 202
    assert len(letterbox.letters(maria)) == 5


def test_a_weak_password_does_not_use_up_the_code(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox
) -> None:
    forgot(client, tenant)
    code = code_in(letterbox, maria)
    assert reset(client, tenant, code, password="short").json()["type"] == "/problems/weak-secret"
    assert reset(client, tenant, code).status_code == 204


def test_a_reset_forgets_failed_log_ins(client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox) -> None:
    with tenant.begin() as session:
        for _ in range(6):
            count_failure(session, tenant.id, "manager", "password", None)
    assert enter(client, tenant, PASSWORD).status_code == 429
    forgot(client, tenant)
    assert reset(client, tenant, code_in(letterbox, maria)).status_code == 204
    assert enter(client, tenant, NEW).status_code == 200


def test_neither_code_nor_password_is_stored_readably_or_told_to_the_trail(
    client: TestClient, tenant: Factory, maria: str, letterbox: Letterbox, audited: Callable[[], list[Any]]
) -> None:
    forgot(client, tenant)
    code = code_in(letterbox, maria)
    reset(client, tenant, wrong(code))
    reset(client, tenant, code)
    entries = audited()
    assert {"access:password_code_sent", "access:password_reset_refused", "access:password_reset"} <= {
        entry["action"] for entry in entries
    }
    with tenant.read() as session:
        stored = session.execute(text("SELECT code_hash FROM one_time_codes")).scalar_one()
    assert code not in stored
    told = str([entry["after"] for entry in entries])
    assert code not in told
    assert NEW not in told
    assert maria not in str(entries)


def test_codes_that_served_their_time_are_forgotten(tenant: Factory, client: TestClient, maria: str) -> None:
    assert maria
    forgot(client, tenant)
    with tenant.begin() as session:
        own_password.prune(session)
        assert session.execute(text("SELECT count(*) FROM one_time_codes")).scalar_one() == 1
        session.execute(text("UPDATE one_time_codes SET expires_at = now() - interval '25 hours'"))
        own_password.prune(session)
        assert session.execute(text("SELECT count(*) FROM one_time_codes")).scalar_one() == 0


def test_everybody_may_change_their_own_password(api: Api) -> None:
    for role in Role:
        answer = api.as_(role).put("/auth/password", {"old_password": PASSWORD, "new_password": NEW})
        assert answer.status_code == 200, role
