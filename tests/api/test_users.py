"""People over HTTP: added, changed, put out, and what each may see of the others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.connections.ids import new_id
from models.connections.secrets import digest, new_secret
from models.messages.origin import Origin, origin
from models.rules.access import Role
from models.tables.access.credentials import ApiKey
from tests.api.conftest import Api
from tests.api.people import Somebody, change
from tests.api.running import slug
from tests.factories import PASSWORD, Factory

GOOD = "wrench under the blue lamp"
ANNA = {"username": "Anna.Berg", "display_name": "Anna Berg", "role": "technician"}


def _key(factory: Factory, role: Role, *scopes: str) -> str:
    """An API key of somebody, made behind the product's back."""
    secret, identity, owner = new_secret(), new_id(), factory.actor(role)
    with factory.begin() as session:
        session.add(ApiKey(
            id=identity, tenant_id=factory.id, name="test", secret_hash=digest(secret), user_id=owner.user_id,
            scopes=list(scopes), created_by=owner.user_id,
        ))  # fmt: skip
    return f"fos_{identity.hex}_{secret}"


def _names(answer: Any) -> list[str]:
    return [item["username"] for item in answer.json()["items"]]


def test_a_person_is_added_and_logs_in_with_any_capitals(api: Api, client: TestClient) -> None:
    added = api.made("/users", {**ANNA, "password": GOOD, "email": "Anna@Example.COM", "time_zone": "Europe/Berlin",
                                "language": "de", "hourly_rate": "42.50"})  # fmt: skip
    assert (added["username"], added["email"], added["hourly_rate"]) == ("anna.berg", "anna@example.com", "42.5")
    assert (added["active"], added["has_password"], added["kind"]) == (True, True, "person")
    log_in = {"tenant": api.factory.slug, "username": "ANNA.berg", "password": GOOD}
    assert client.post("/api/v1/auth/login", json=log_in).status_code == 200
    assert api.get(f"/users/{added['id']}").json()["last_log_in_at"]


def test_a_person_without_a_password_cannot_log_in_yet(api: Api, client: TestClient) -> None:
    assert api.made("/users", ANNA)["has_password"] is False
    log_in = {"tenant": api.factory.slug, "username": "anna.berg", "password": GOOD}
    assert client.post("/api/v1/auth/login", json=log_in).status_code == 401


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"role": "astronaut"}, "/role"),
        ({"role": "Admin"}, "/role"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/time_zone"),
        ({"language": "deutsch, bitte"}, "/language"),
        ({"email": "not an address"}, "/email"),
        ({"username": "anna berg"}, "/username"),
        ({"username": "änna"}, "/username"),
        ({"hourly_rate": "-1"}, "/hourly_rate"),
        ({"password": "short"}, "/password"),
        ({"password": "Password1234"}, "/password"),
        ({"password": "\x00" * 20}, "/password"),
        ({"password": "x" * 201}, "/password"),
        ({"username": "a-long-user-name", "password": "a-long-user-name"}, "/password"),
    ],
)
def test_what_makes_no_sense_is_pointed_at(api: Api, changes: dict[str, Any], pointer: str) -> None:
    answer = api.post("/users", {**ANNA, **changes})
    assert (answer.status_code, slug(answer)) == (422, "invalid-request")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "password" not in changes or changes["password"] not in answer.text


def test_a_name_and_an_address_belong_to_one_person(api: Api, stranger: Api) -> None:
    api.made("/users", {**ANNA, "email": "anna@example.com"})
    assert slug(api.post("/users", {**ANNA, "username": "ANNA.BERG"})) == "already-exists"
    assert slug(api.post("/users", {**ANNA, "username": "a2", "email": "ANNA@example.com"})) == "already-exists"
    assert stranger.post("/users", {**ANNA, "email": "anna@example.com"}).status_code == 201, "another factory"


def test_the_list_is_filtered_and_sorted_by_the_database(api: Api) -> None:
    for number in range(3):
        api.made("/users", {**ANNA, "username": f"anna-{number}", "display_name": f"Worker {9 - number}"})
    assert _names(api.get("/users?q=worker&sort=display_name")) == ["anna-2", "anna-1", "anna-0"]
    assert _names(api.get("/users?role=technician&limit=2&sort=-username")) == ["technician", "anna-2"]
    following = api.get("/users?role=technician&limit=2&sort=-username").json()["next_cursor"]
    assert _names(api.get(f"/users?role=technician&limit=2&sort=-username&cursor={following}")) == ["anna-1", "anna-0"]
    assert len(_names(api.get("/users"))) == len(Role) + 3
    assert _names(api.get("/users?kind=service")) == []
    assert _names(api.get("/users?active=false")) == []
    assert slug(api.get("/users?sort=password_hash")) == "invalid-request"


def test_no_answer_holds_a_secret(api: Api) -> None:
    added = api.post("/users", {**ANNA, "password": GOOD})
    seen = added.text + api.get("/users").text + api.get(f"/users/{added.json()['id']}").text
    assert GOOD not in seen
    assert "$argon2" not in seen
    assert "totp" not in seen


def test_what_an_hour_costs_is_shown_to_those_who_see_costs(api: Api) -> None:
    added = api.made("/users", {**ANNA, "hourly_rate": "42.5"})
    path = f"/users/{added['id']}"
    api.made("/roles", {"name": "shift_lead", "title": "Shift lead", "permissions": ["users:read"]})
    lead = Somebody(api, "lead", role="shift_lead")
    assert api.get(path).json()["hourly_rate"] == "42.5"
    assert api.as_("manager").get(path).json()["hourly_rate"] == "42.5"
    assert lead.get(path).json()["hourly_rate"] is None
    assert [one["hourly_rate"] for one in lead.get("/users").json()["items"]] == [None] * (len(Role) + 2)


def test_a_person_is_changed_on_the_version_one_has_seen(api: Api) -> None:
    added = api.made("/users", ANNA)
    path = f"/users/{added['id']}"
    changed = api.put(path, change(added, display_name="Anna Holm", language="sv"), 1)
    assert (changed.status_code, changed.json()["display_name"]) == (200, "Anna Holm")
    assert slug(api.put(path, change(added), 1)) == "stale-version"
    assert slug(api.put(path, change(added))) == "version-missing"
    assert api.put(path, {**change(added), "username": "other"}, 2).status_code == 422
    forgetful = {name: value for name, value in change(added).items() if name != "active"}
    assert api.put(path, forgetful, 2).status_code == 422, "nobody comes back by omission"


def test_a_new_role_holds_from_the_next_request_on(api: Api) -> None:
    anna = Somebody(api, "anna", "viewer")
    assert anna.get("/users").status_code == 403
    person = api.get(f"/users/{anna.id}").json()
    assert api.put(f"/users/{anna.id}", change(person, role="manager"), 1).status_code == 200
    assert anna.get("/users").status_code == 200, "the same session, the same token"
    assert api.put(f"/users/{anna.id}", change(person, role="customer"), 2).status_code == 200
    assert anna.get("/users").status_code == 403


def test_a_person_put_out_is_out_at_once_with_every_session_and_key(api: Api, client: TestClient) -> None:
    manager = api.as_("manager")
    person = api.get(f"/users/{api.factory.actor('manager').user_id}").json()
    key = _key(api.factory, Role.MANAGER, "users:read")
    by_key = {"Authorization": f"Bearer {key}"}
    assert manager.get("/users").status_code == 200
    assert client.get("/api/v1/users", headers=by_key).status_code == 200
    gone = api.delete(f"/users/{person['id']}", person["row_version"])
    assert (gone.status_code, gone.json()["active"]) == (200, False)
    assert gone.json()["deactivated_at"]
    assert manager.get("/users").status_code == 401
    assert client.get("/api/v1/users", headers=by_key).status_code == 401
    log_in = {"tenant": api.factory.slug, "username": "manager", "password": PASSWORD}
    assert client.post("/api/v1/auth/login", json=log_in).status_code == 401
    back = api.put(f"/users/{person['id']}", change(person), gone.json()["row_version"])
    assert (back.json()["active"], back.json()["deactivated_at"]) == (True, None)
    assert manager.get("/users").status_code == 401, "what was ended stays ended"
    assert client.get("/api/v1/users", headers=by_key).status_code == 401
    assert client.post("/api/v1/auth/login", json=log_in).status_code == 200


def test_the_last_administrator_can_neither_be_put_out_nor_demoted(api: Api) -> None:
    me = api.get(f"/users/{api.factory.actor().user_id}").json()
    path = f"/users/{me['id']}"
    for answer in (
        api.delete(path, 1),
        api.put(path, change(me, active=False), 1),
        api.put(path, change(me, role="viewer"), 1),
    ):
        assert (answer.status_code, slug(answer)) == (409, "conflict"), answer.text
    Somebody(api, "second", "admin")
    assert api.delete(path, 1).status_code == 200


def test_two_administrators_who_put_each_other_out_leave_one(api: Api) -> None:
    first, second = api.factory.actor(), Somebody(api, "second", "admin")
    together = Barrier(2)

    def put_out(by: Api, whom: str) -> int:
        together.wait(10)
        return int(by.delete(f"/users/{whom}", 1).status_code)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(put_out, (api, second), (second.id, str(first.user_id))))
    assert sorted(answers) in ([200, 401], [200, 409])
    with api.factory.read() as session:
        left = session.execute(text("SELECT count(*) FROM users WHERE role = 'admin' AND active")).scalar_one()
    assert left == 1


def test_nobody_changes_their_own_role(api: Api) -> None:
    second = Somebody(api, "second", "admin")
    me = second.get(f"/users/{second.id}").json()
    answer = second.put(f"/users/{second.id}", change(me, role="manager"), 1)
    assert (answer.status_code, slug(answer)) == (409, "conflict")
    assert api.put(f"/users/{second.id}", change(me, role="manager"), 1).status_code == 200


def test_only_administrators_add_and_change_people(api: Api, stranger: Api) -> None:
    added = api.made("/users", ANNA)
    for role in Role:
        person = api.as_(role)
        sees = 200 if role in {Role.ADMIN, Role.MANAGER} else 403
        assert person.get("/users").status_code == sees, role
        assert person.get(f"/users/{added['id']}").status_code == sees, role
        if role is not Role.ADMIN:
            assert person.post("/users", ANNA).status_code == 403
            assert person.put(f"/users/{added['id']}", change(added, role="admin"), 1).status_code == 403
            assert person.delete(f"/users/{added['id']}", 1).status_code == 403
    assert stranger.get(f"/users/{added['id']}").status_code == 404
    assert stranger.put(f"/users/{added['id']}", change(added), 1).status_code == 404
    assert stranger.delete(f"/users/{added['id']}", 1).status_code == 404


def test_the_trail_tells_what_was_done_to_whom_and_nothing_of_the_person(
    api: Api, audited: Callable[[], list[Any]]
) -> None:
    added = api.made("/users", {**ANNA, "email": "anna@example.com", "password": GOOD})
    api.put(f"/users/{added['id']}", change(added, role="viewer", display_name="Anna Holm"), 1)
    api.delete(f"/users/{added['id']}", 2)
    entries = [entry for entry in audited() if entry["subject_id"] == added["id"]]
    assert [entry["action"] for entry in entries] == ["users:created", "users:updated", "users:deactivated"]
    assert entries[1]["before"]["role"] == "technician"
    assert entries[1]["after"] == {"role": "viewer", "active": True, "fields": ["display_name", "role"]}
    for secret in ("anna", "Holm", GOOD, "example.com"):
        assert secret not in str(entries)


def test_people_look_after_their_own_profile(api: Api) -> None:
    anna = Somebody(api, "anna", "customer")
    mine = anna.get("/profile")
    assert (mine.json()["username"], mine.headers["ETag"]) == ("anna", '"1"')
    changed = anna.put("/profile", {"display_name": "A. Berg", "email": "a@b.example", "time_zone": "Asia/Tokyo"}, 1)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["time_zone"], changed.json()["role"]) == ("Asia/Tokyo", "customer")
    assert slug(anna.put("/profile", {"display_name": "x"}, 1)) == "stale-version"
    for more in ({"role": "admin"}, {"hourly_rate": "100"}, {"username": "admin"}, {"active": True}):
        assert anna.put("/profile", {"display_name": "x", **more}, 2).status_code == 422


def test_a_key_and_a_shared_screen_do_not_change_the_profile(api: Api, client: TestClient) -> None:
    key = _key(api.factory, Role.ADMIN, "products:read")
    headers = {"Authorization": f"Bearer {key}", "If-Match": '"1"'}
    answer = client.put("/api/v1/profile", headers=headers, json={"display_name": "x", "email": "thief@example.com"})
    assert (answer.status_code, slug(answer)) == (403, "forbidden")
    from api.in_person import is_in_person

    told = origin.set(Origin(station_id=uuid4()))
    assert not is_in_person(api.factory.actor())
    origin.reset(told)
    assert is_in_person(api.factory.actor())


def test_an_administrator_logs_somebody_out_everywhere(api: Api, stranger: Api) -> None:
    anna = Somebody(api, "anna")
    open_ones = api.get(f"/users/{anna.id}/sessions").json()["items"]
    assert [one["kind"] for one in open_ones] == ["api"]
    assert stranger.get(f"/users/{anna.id}/sessions").status_code == 404
    assert stranger.delete(f"/users/{anna.id}/sessions").status_code == 404
    assert api.delete(f"/users/{anna.id}/sessions").json() == {"sessions": 1}
    assert anna.get("/profile").status_code == 401
    assert api.delete(f"/users/{anna.id}/sessions").json() == {"sessions": 0}
