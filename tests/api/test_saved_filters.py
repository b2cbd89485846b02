"""Saved filters: one's own, shared with those who see the whole list, and with nobody else."""

from typing import Any

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.running import slug

LATE = {"list": "orders", "name": "Late", "query": "?late=true&sort=due_at&cursor=abc"}


def _names(person: Api, of: str = "orders") -> list[Any]:
    return [(one["name"], one["mine"]) for one in person.get(f"/saved-filters?list={of}").json()["items"]]


def test_a_filter_is_kept_under_its_name_without_the_place_in_the_list(api: Api) -> None:
    made = api.as_(Role.MANAGER).made("/saved-filters", LATE)
    assert made["query"] == "late=true&sort=due_at"
    assert _names(api.as_(Role.MANAGER)) == [("Late", True)]
    assert _names(api.as_(Role.MANAGER), "jobs") == []
    assert _names(api) == []


def test_saving_under_the_same_name_replaces_what_it_stood_for(api: Api) -> None:
    first = api.made("/saved-filters", LATE)
    second = api.made("/saved-filters", LATE | {"query": "status=DONE"})
    assert (second["id"], second["query"]) == (first["id"], "status=DONE")
    assert _names(api) == [("Late", True)]


def test_a_shared_filter_is_shown_to_who_sees_the_whole_list_and_to_no_customer(api: Api) -> None:
    api.as_(Role.MANAGER).made("/saved-filters", LATE | {"shared": True})
    assert _names(api.as_(Role.INVENTORY_MANAGER)) == [("Late", False)]
    assert _names(api.as_(Role.CUSTOMER)) == []


def test_a_customer_keeps_filters_but_shares_none(api: Api) -> None:
    customer = api.as_(Role.CUSTOMER)
    assert customer.made("/saved-filters", LATE | {"shared": True})["shared"] is False
    assert _names(customer) == [("Late", True)]
    assert _names(api) == []


def test_only_its_owner_deletes_a_filter(api: Api) -> None:
    made = api.as_(Role.MANAGER).made("/saved-filters", LATE | {"shared": True})
    assert slug(api.delete(f"/saved-filters/{made['id']}")) == "not-found"
    assert api.as_(Role.MANAGER).delete(f"/saved-filters/{made['id']}").status_code == 204
    assert _names(api.as_(Role.MANAGER)) == []


def test_an_unknown_list_is_refused(api: Api) -> None:
    assert api.get("/saved-filters?list=secrets").status_code == 422
    assert api.post("/saved-filters", LATE | {"list": "secrets"}).status_code == 422
