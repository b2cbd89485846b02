"""Roles: the built-in ones, the factory's own, and the grid of who may do what."""

from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.rules.access import MATRIX, MEANING, ONLY_ADMIN, Permission, Role
from tests.api.conftest import Api
from tests.api.people import Somebody, change
from tests.api.running import slug

LEAD = {"name": "shift_lead", "title": "Shift lead", "permissions": ["work_orders:read", "work_orders:work"]}


def test_every_role_is_listed_with_its_permissions_for_anybody_logged_in(api: Api) -> None:
    made = api.made("/roles", LEAD)
    items = api.as_("customer").get("/roles").json()["items"]
    assert [item["name"] for item in items] == [*Role, "shift_lead"]
    for item in items[:-1]:
        assert set(item["permissions"]) == {permission.value for permission in MATRIX[Role(item["name"])]}
        assert item["built_in"]
        assert item["id"] is None
    assert items[-1] == made
    assert api.get(f"/roles/{made['id']}").headers["ETag"] == '"1"'


def test_whoever_holds_a_role_of_the_factory_may_do_what_it_says_and_no_more(api: Api) -> None:
    made = api.made("/roles", LEAD)
    lead = Somebody(api, "lena", "shift_lead")
    assert lead.get("/work-orders").status_code == 200
    assert lead.get("/parts").status_code == 403
    assert set(lead.get("/auth/me").json()["permissions"]) == set(LEAD["permissions"])
    changed = api.put(f"/roles/{made['id']}", {**LEAD, "permissions": ["catalog:read", "catalog:read"]}, 1)
    assert changed.json()["permissions"] == ["catalog:read"]
    assert lead.get("/work-orders").status_code == 403
    assert lead.get("/parts").status_code == 200


@pytest.mark.parametrize("permission", sorted(ONLY_ADMIN))
def test_what_administrators_alone_hold_goes_into_no_other_role(api: Api, permission: str) -> None:
    answer = api.post("/roles", {**LEAD, "permissions": ["catalog:read", permission]})
    assert (answer.status_code, slug(answer)) == (422, "invalid-request")
    assert permission in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "/permissions"
    made = api.made("/roles", LEAD)
    assert api.put(f"/roles/{made['id']}", {**LEAD, "permissions": [permission]}, 1).status_code == 422


@pytest.mark.parametrize("name", ["x", "Lead", "shift lead", "1st", "a" * 33, "läd", "", "lead\n"])
def test_a_role_has_a_plain_short_name(api: Api, name: str) -> None:
    expected = {201, 422} if name == "lead\n" else {422}
    assert api.post("/roles", {**LEAD, "name": name}).status_code in expected


def test_a_role_of_the_factory_is_not_mistaken_for_a_built_in_one(api: Api) -> None:
    assert slug(api.post("/roles", {**LEAD, "name": "admin"})) == "already-exists"
    assert api.post("/roles", {**LEAD, "permissions": ["fly"]}).status_code == 422
    made = api.made("/roles", LEAD)
    assert slug(api.post("/roles", LEAD)) == "already-exists"
    assert slug(api.put(f"/roles/{made['id']}", {**LEAD, "name": "other_lead"}, 1)) == "conflict"


def test_a_role_that_people_have_is_not_deleted_and_says_how_many(api: Api) -> None:
    made = api.made("/roles", LEAD)
    people = [Somebody(api, f"lead-{number}", "shift_lead") for number in range(2)]
    refused = api.delete(f"/roles/{made['id']}", 1)
    assert (refused.status_code, slug(refused)) == (409, "conflict")
    assert "2 people" in refused.json()["detail"]
    for person in people:
        view = api.get(f"/users/{person.id}").json()
        api.put(f"/users/{person.id}", change(view, role="viewer"), 1)
    assert api.delete(f"/roles/{made['id']}", 1).status_code == 200
    assert api.get(f"/roles/{made['id']}").status_code == 404
    assert api.post("/users", {"username": "late", "display_name": "Late", "role": "shift_lead"}).status_code == 422
    again = api.made("/roles", {**LEAD, "title": "Lead again"})
    assert (again["id"], again["title"]) == (made["id"], "Lead again")


def test_nobody_comes_back_with_a_role_that_is_gone(api: Api) -> None:
    made = api.made("/roles", LEAD)
    lead = Somebody(api, "lena", "shift_lead")
    person = api.get(f"/users/{lead.id}").json()
    put_out = api.delete(f"/users/{lead.id}", 1).json()
    assert api.delete(f"/roles/{made['id']}", 1).status_code == 200
    refused = api.put(f"/users/{lead.id}", change(person), put_out["row_version"])
    assert (refused.status_code, slug(refused)) == (422, "invalid-request"), (
        "nobody comes back with a role that is gone"
    )


def test_only_administrators_make_roles(api: Api, stranger: Api) -> None:
    made = api.made("/roles", LEAD)
    for role in set(Role) - {Role.ADMIN}:
        person = api.as_(role)
        assert person.post("/roles", LEAD).status_code == 403
        assert person.put(f"/roles/{made['id']}", LEAD, 1).status_code == 403
        assert person.delete(f"/roles/{made['id']}", 1).status_code == 403
    assert stranger.get(f"/roles/{made['id']}").status_code == 404
    assert stranger.put(f"/roles/{made['id']}", LEAD, 1).status_code == 404
    assert "shift_lead" not in stranger.get("/roles").text


def _holders(matrix: Any, permission: Permission) -> list[str]:
    return next(one["roles"] for one in matrix["permissions"] if one["name"] == permission)


def test_the_grid_says_of_every_permission_what_it_means_and_who_has_it(api: Api) -> None:
    api.made("/roles", LEAD)
    matrix = api.as_("viewer").get("/access/matrix").json()
    assert matrix["roles"] == [*Role, "shift_lead"]
    assert [one["name"] for one in matrix["permissions"]] == list(Permission)
    assert {one["name"]: one["meaning"] for one in matrix["permissions"]} == MEANING
    assert _holders(matrix, Permission.USERS_EDIT) == ["admin"]
    assert _holders(matrix, Permission.FIGURES_READ) == [
        role.value for role in Role if Permission.FIGURES_READ in MATRIX[role]
    ]
    assert "technician" in _holders(matrix, Permission.WORK_ORDERS_READ_OWN), "who may see all may see their own"
    assert "shift_lead" in _holders(matrix, Permission.WORK_ORDERS_READ_OWN)


def test_the_page_of_the_grid_is_open_to_all_and_shows_nothing_of_any_factory(client: TestClient, api: Api) -> None:
    api.made("/roles", LEAD)
    page = client.get("/access")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "shift_lead" not in page.text
    assert all(words in unescape(page.text) for words in MEANING.values())
    assert all(role.value in page.text for role in Role)
