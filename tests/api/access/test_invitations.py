"""By invitation: a link in a mail makes a person, once, within seven days."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.rules.access import Role
from tests.api.conftest import Api
from tests.letterbox import Letterbox
from tests.working import environment

PASSWORD = "three lathes and a lamp"


def invite(api: Api, to: str, role: str = "technician") -> Any:
    return api.post("/invitations", {"email": to, "role": role})


def token_in(letterbox: Letterbox, to: str) -> str:
    (link,) = [line for line in letterbox.text(to).splitlines() if "/invitations/" in line]
    return link.rpartition("/")[2]


def accept(client: TestClient, token: str, username: str = "tom", password: str = PASSWORD, **more: Any) -> Any:
    asked = {"token": token, "username": username, "display_name": "Tom", "password": password, **more}
    return client.post("/api/v1/auth/invitations/accept", json=asked)


def test_whoever_follows_the_mailed_link_becomes_a_user_and_is_logged_in(
    api: Api, client: TestClient, letterbox: Letterbox
) -> None:
    to = letterbox.address()
    invited = invite(api, to)
    assert invited.status_code == 201, invited.text
    assert "token" not in invited.json()
    answer = accept(client, token_in(letterbox, to), username="Tom.B")
    assert answer.status_code == 201, answer.text
    me = client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}).json()
    assert (me["username"], me["role"]) == ("tom.b", "technician")
    logged_in = client.post(
        "/api/v1/auth/login", json={"tenant": api.factory.slug, "username": "TOM.B", "password": PASSWORD}
    )
    assert logged_in.status_code == 200
    (listed,) = api.get("/invitations?state=accepted").json()["items"]
    assert listed["accepted_by"] == me["id"]


def test_the_mail_names_factory_person_and_role_and_leads_to_the_public_address(api: Api, letterbox: Letterbox) -> None:
    to = letterbox.address()
    with environment(FACTORYOS_PUBLIC_URL="https://floor.example.com/"):
        invite(api, to, "inventory_manager")
    words = letterbox.text(to)
    for word in ("Test factory", "The admin", "inventory manager", "https://floor.example.com/invitations/"):
        assert word in words


@pytest.mark.usefixtures("saas")
def test_where_there_are_many_factories_the_link_leads_to_the_own_one(api: Api, letterbox: Letterbox) -> None:
    to = letterbox.address()
    invite(api, to)
    assert f"https://{api.factory.slug}.mes.example.com/invitations/" in letterbox.text(to)


def test_a_link_works_once(api: Api, client: TestClient, letterbox: Letterbox) -> None:
    to = letterbox.address()
    invite(api, to)
    token = token_in(letterbox, to)
    assert accept(client, token, "tom").status_code == 201
    again = accept(client, token, "tim")
    assert (again.status_code, again.json()["type"]) == (410, "/problems/invitation-refused")


def test_a_link_taken_by_two_at_the_same_time_makes_one_person(
    api: Api, client: TestClient, letterbox: Letterbox, at_once: Callable[..., list[Any]]
) -> None:
    to = letterbox.address()
    invite(api, to)
    token = token_in(letterbox, to)
    answers = at_once(lambda: accept(client, token, "tom"), lambda: accept(client, token, "tim"))
    assert sorted(answer.status_code for answer in answers) == [201, 410]


def test_every_link_that_is_no_longer_good_gets_the_same_answer(
    api: Api, stranger: Api, client: TestClient, letterbox: Letterbox
) -> None:
    revoked, replaced, expired = (letterbox.address() for _ in range(3))
    ids = {to: invite(api, to).json()["id"] for to in (revoked, replaced, expired)}
    tokens = {to: token_in(letterbox, to) for to in ids}
    assert api.delete(f"/invitations/{ids[revoked]}").json()["state"] == "revoked"
    assert api.delete(f"/invitations/{ids[revoked]}").json()["state"] == "revoked"
    invite(api, replaced)
    with api.factory.begin() as session:
        session.execute(
            text("UPDATE invitations SET expires_at = now() - interval '1 second' WHERE id = :id"),
            {"id": ids[expired]},
        )
    forged = [
        f"{stranger.factory.id.hex}.{tokens[revoked].partition('.')[2]}",
        tokens[replaced][:-1] + "x",
        "x",
        "a.b.c",
    ]
    answers = [accept(client, token) for token in (*tokens.values(), *forged)]
    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert accept(client, token_in(letterbox, replaced)).status_code == 201, "the newer link is good"


def test_an_invitation_that_was_accepted_cannot_be_revoked(api: Api, client: TestClient, letterbox: Letterbox) -> None:
    to = letterbox.address()
    identity = invite(api, to).json()["id"]
    accept(client, token_in(letterbox, to))
    assert api.delete(f"/invitations/{identity}").status_code == 409


def test_an_address_that_is_a_users_already_is_not_invited(api: Api, client: TestClient, letterbox: Letterbox) -> None:
    to = letterbox.address()
    invite(api, to)
    accept(client, token_in(letterbox, to))
    refused = invite(api, to.upper())
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/already-exists")
    assert to in refused.json()["detail"]


def test_a_name_that_is_taken_and_a_weak_password_leave_the_link_as_it_was(
    api: Api, client: TestClient, letterbox: Letterbox
) -> None:
    to = letterbox.address()
    invite(api, to)
    token = token_in(letterbox, to)
    assert accept(client, token, "manager").status_code == 409
    weak = accept(client, token, password="password1234")
    assert (weak.status_code, weak.json()["type"]) == (422, "/problems/weak-secret")
    assert weak.json()["errors"][0]["pointer"] == "/password"
    assert accept(client, token).status_code == 201


def test_a_role_that_does_not_exist_is_refused_and_a_role_of_the_factorys_own_is_not(
    api: Api, letterbox: Letterbox
) -> None:
    refused = invite(api, letterbox.address(), "emperor")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/role")
    with api.factory.begin() as session:
        session.execute(
            text("""
            INSERT INTO roles (tenant_id, id, name, title, permissions, active, row_version, created_at, updated_at)
            VALUES (:tenant, gen_random_uuid(), 'inspector', 'Inspector', '{}', true, 1, now(), now())
        """),
            {"tenant": api.factory.id},
        )
    assert invite(api, letterbox.address(), "inspector").status_code == 201


def test_the_same_request_sent_twice_invites_once(api: Api, letterbox: Letterbox) -> None:
    to = letterbox.address()
    for _ in range(2):
        assert api.post("/invitations", {"email": to, "role": "viewer"}, idempotency_key="k").status_code == 201
    assert len(letterbox.letters(to)) == 1


def test_only_who_edits_users_invites_lists_and_revokes(api: Api, stranger: Api, letterbox: Letterbox) -> None:
    identity = invite(api, letterbox.address()).json()["id"]
    for role in set(Role) - {Role.ADMIN}:
        person = api.as_(role)
        assert invite(person, "x@example.com").status_code == 403
        assert person.get("/invitations").status_code == 403
        assert person.delete(f"/invitations/{identity}").status_code == 403
    assert stranger.delete(f"/invitations/{identity}").status_code == 404
    assert stranger.get("/invitations").json()["items"] == []


@pytest.mark.parametrize(
    "email", ["a@b\nBcc: c@d", "a,b@example.com", "a b@example.com", "nobody", "a@b@c", "ä@b.c", "a@-"]
)
def test_what_is_no_address_is_refused(api: Api, email: str) -> None:
    assert invite(api, email).status_code == 422


def test_the_trail_knows_of_invitations_but_no_address(
    api: Api, client: TestClient, letterbox: Letterbox, audited: Callable[[], list[Any]]
) -> None:
    to = letterbox.address()
    invite(api, to)
    accept(client, token_in(letterbox, to))
    entries = audited()
    assert {"invitations:created", "invitations:accepted"} <= {entry["action"] for entry in entries}
    assert to not in str(entries)


def test_with_a_cookie_no_token_is_answered(api: Api, client: TestClient, letterbox: Letterbox) -> None:
    to = letterbox.address()
    invite(api, to)
    answer = accept(client, token_in(letterbox, to), cookie=True)
    assert answer.json()["access_token"] is None
    assert "HttpOnly" in answer.headers["set-cookie"]
    client.cookies.clear()
