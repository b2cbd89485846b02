"""Teams with their members, and skills with their certificates."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.people import Somebody
from tests.api.running import slug

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


def _id(api: Api, role: Role) -> str:
    return str(api.factory.actor(role).user_id)


def _team(api: Api, *members: str, code: str = "NIGHT") -> dict[str, Any]:
    return dict(api.made("/teams", {"code": code, "name": "Night shift", "members": list(members)}))


def _skill(api: Api, code: str = "WELD") -> dict[str, Any]:
    return dict(api.made("/skills", {"code": code, "name": "Welding"}))


def test_a_team_has_members_and_they_show_it(api: Api) -> None:
    technician, manager = _id(api, Role.TECHNICIAN), _id(api, Role.MANAGER)
    made = _team(api, technician, manager, technician)
    assert [member["username"] for member in made["members"]] == ["manager", "technician"]
    assert api.get(f"/users/{technician}").json()["teams"] == ["NIGHT"]
    assert [one["id"] for one in api.get("/users?team=NIGHT").json()["items"]] == [manager, technician]
    changed = api.put(f"/teams/{made['id']}", {"code": "NIGHT", "name": "Night", "members": [manager]}, 1)
    assert (changed.status_code, changed.json()["row_version"]) == (200, 2)
    assert [member["id"] for member in changed.json()["members"]] == [manager]
    members_only = api.put(f"/teams/{made['id']}", {"code": "NIGHT", "name": "Night", "members": []}, 2)
    assert members_only.json()["row_version"] == 3, "who belongs to it is part of what one has seen"
    gone = api.delete(f"/teams/{made['id']}", 3)
    assert gone.json()["active"] is False
    assert [one["code"] for one in api.get("/teams?active=true").json()["items"]] == []


def test_only_active_people_of_this_factory_join_a_team(api: Api, stranger: Api) -> None:
    gone = Somebody(api, "gone")
    api.delete(f"/users/{gone.id}", 1)
    for person in (gone.id, str(uuid4()), _id(stranger, Role.TECHNICIAN)):
        answer = api.post("/teams", {"code": "T", "name": "T", "members": [person]})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/members"), person
    assert api.get("/teams").json()["items"] == []


def test_a_member_who_left_the_factory_stays_listed_until_somebody_takes_them_out(api: Api) -> None:
    leaver = Somebody(api, "leaver")
    made = _team(api, leaver.id)
    api.delete(f"/users/{leaver.id}", 1)
    assert api.get(f"/teams/{made['id']}").json()["members"][0]["active"] is False
    kept = api.put(f"/teams/{made['id']}", {"code": "NIGHT", "name": "New name", "members": [leaver.id]}, 1)
    assert kept.status_code == 200


@pytest.mark.parametrize("path", ["/teams", "/skills"])
def test_managers_edit_and_everybody_else_does_not(api: Api, stranger: Api, path: str) -> None:
    body = {"code": "X-1", "name": "Something"}
    made = api.as_("manager").made(path, body)
    assert slug(api.post(path, body)) == "already-exists"
    assert slug(api.put(f"{path}/{made['id']}", {**body, "code": "X-2"}, 1)) == "conflict"
    assert slug(api.put(f"{path}/{made['id']}", {**body, "name": "Other"}, 7)) == "stale-version"
    for role in set(Role) - {Role.ADMIN, Role.MANAGER}:
        person = api.as_(role)
        assert person.get(path).status_code == 403, role
        assert person.post(path, body).status_code == 403
        assert person.put(f"{path}/{made['id']}", body, 1).status_code == 403
        assert person.delete(f"{path}/{made['id']}", 1).status_code == 403
    assert stranger.get(f"{path}/{made['id']}").status_code == 404
    assert stranger.delete(f"{path}/{made['id']}", 1).status_code == 404
    assert api.get(f"{path}/{made['id']}").headers["ETag"] == '"1"'


def test_certificates_are_given_renewed_and_withdrawn(api: Api, audited: Callable[[], list[Any]]) -> None:
    person, skill = _id(api, Role.TECHNICIAN), _skill(api)
    path = f"/users/{person}/skills/{skill['id']}"
    manager = api.as_("manager")
    given = manager.put(path, {"certified_at": YESTERDAY, "expires_at": TOMORROW})
    assert (given.status_code, given.json()["code"]) == (200, "WELD"), given.text
    again = manager.put(path, {"certified_at": YESTERDAY, "expires_at": TOMORROW})
    assert again.json() == given.json()
    (held,) = api.get(f"/users/{person}").json()["skills"]
    assert held == given.json()
    assert api.get(f"/skills/{skill['id']}").json()["certified"] == 1
    assert [one["username"] for one in api.get("/users?skill=WELD").json()["items"]] == ["technician"]
    manager.put(path, {"certified_at": (datetime.now(UTC) - timedelta(days=9)).isoformat(), "expires_at": YESTERDAY})
    assert api.get(f"/skills/{skill['id']}").json()["certified"] == 0
    assert api.get("/users?skill=WELD").json()["items"] == [], "the certificate has expired"
    assert manager.delete(path).status_code == 204
    assert slug(manager.delete(path)) == "not-found"
    told = [entry["action"] for entry in audited() if entry["subject_id"] == person]
    assert told == ["skills:certified", "skills:certified", "skills:withdrawn"]


def test_a_certificate_that_makes_no_sense_is_refused(api: Api, stranger: Api) -> None:
    person, skill = _id(api, Role.TECHNICIAN), _skill(api)
    path = f"/users/{person}/skills/{skill['id']}"
    given = {"certified_at": TOMORROW, "expires_at": YESTERDAY}
    assert api.put(path, given).status_code == 422
    assert api.put(path, {"certified_at": "2027-01-01T00:00:00"}).status_code == 422, "a time without a zone"
    good = {"certified_at": YESTERDAY}
    assert api.put(f"/users/{person}/skills/{uuid4()}", good).status_code == 404
    assert api.put(f"/users/{uuid4()}/skills/{skill['id']}", good).status_code == 404
    assert stranger.put(path, good).status_code == 404
    assert api.as_("technician").put(path, good).status_code == 403
    api.delete(f"/skills/{skill['id']}", 1)
    assert slug(api.put(path, good)) == "invalid-request"


def test_certificates_are_listed_by_when_they_expire(api: Api) -> None:
    anna, bo = Somebody(api, "anna"), Somebody(api, "bo")
    weld, lift = (api.made("/skills", {"code": code, "name": code.title()}) for code in ("WELD", "LIFT"))
    given = datetime(2026, 1, 1, tzinfo=UTC)
    for who, skill, end in ((anna, weld, "2030-01-01"), (bo, weld, "2029-01-01"), (bo, lift, None)):
        body = {"certified_at": given.isoformat(), "expires_at": f"{end}T00:00:00Z" if end else None}
        assert api.put(f"/users/{who.id}/skills/{skill['id']}", body).status_code == 200

    def held(query: str = "") -> list[tuple[str, str]]:
        items = api.get(f"/skills/certificates{query}").json()["items"]
        return [(one["username"], one["skill"]) for one in items]

    assert held() == [("bo", "WELD"), ("anna", "WELD"), ("bo", "LIFT")]
    assert held("?sort=-expires_at") == list(reversed(held()))
    assert held("?skill=WELD&expires_before=2029-06-01T00:00:00Z") == [("bo", "WELD")]
    assert held("?expires_after=2029-06-01T00:00:00Z") == [("anna", "WELD"), ("bo", "LIFT")]
    first = api.get("/skills/certificates?limit=1").json()
    rest = api.get(f"/skills/certificates?limit=1&cursor={first['next_cursor']}").json()["items"]
    assert [one["username"] for one in rest] == ["anna"]
    assert api.get("/skills/certificates?q=ann").json()["items"][0]["display_name"] == "Anna"
    api.delete(f"/users/{bo.id}", bo.version)
    assert held() == [("anna", "WELD")]
