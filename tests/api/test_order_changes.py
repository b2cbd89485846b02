"""Changing a placed order: date and priority move with all of it that is open, and the reason stays."""

from typing import Any

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.running import slug
from tests.floor import DUE, lamp_job, rows, scalar

LATER = DUE.replace(month=5)


def _change(person: Api, order_id: Any, version: int, **ask: Any) -> Any:
    return person.call("PATCH", f"/orders/{order_id}", {"reason": "The customer asked", **ask}, if_match=f'"{version}"')


def _order(api: Api) -> Any:
    return api.get("/orders").json()["items"][0]


def test_a_new_date_and_priority_reach_everything_of_the_order_that_is_open(api: Api) -> None:
    hands = lamp_job(api.factory)
    hands.work("cut")
    order = _order(api)
    changed = _change(api.as_(Role.MANAGER), order["id"], order["row_version"], due_at=LATER.isoformat(), priority=1)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["due_at"], changed.json()["priority"]) == (f"{LATER:%Y-%m-%dT%H:%M:%SZ}", 1)
    assert changed.json()["row_version"] == order["row_version"] + 1
    moved = rows(api.factory, "SELECT due_at, priority, ended_at IS NULL AS open FROM work_orders ORDER BY step_index")
    assert [(row.due_at.month, row.priority) for row in moved] == [(5, 1) if row.open else (3, 3) for row in moved]
    assert scalar(api.factory, "SELECT due_at FROM jobs").month == 5
    assert scalar(api.factory, "SELECT due_at FROM manufacturing_orders").month == 5


def test_the_reason_stands_beside_the_order_and_in_the_audit_trail(api: Api, audited: Any) -> None:
    lamp_job(api.factory)
    order = _order(api)
    _change(api.as_(Role.MANAGER), order["id"], order["row_version"], priority=1)
    (change,) = api.get(f"/orders/{order['id']}/changes").json()["items"]
    assert change["reason"] == "The customer asked"
    assert change["changed_by"] == "The manager"
    assert (change["priority_before"], change["priority_after"], change["due_at_after"]) == (3, 1, None)
    entry = audited()[-1]
    assert (entry["action"], entry["after"]["reason"]) == ("orders:changed", "The customer asked")


def test_a_change_that_changes_nothing_leaves_no_trace(api: Api, audited: Any) -> None:
    lamp_job(api.factory)
    order, before = _order(api), len(audited())
    same = _change(api, order["id"], order["row_version"], priority=order["priority"])
    assert same.json()["row_version"] == order["row_version"]
    assert api.get(f"/orders/{order['id']}/changes").json()["items"] == []
    assert len(audited()) == before


def test_a_change_needs_a_reason_something_to_change_and_the_version_one_saw(api: Api) -> None:
    lamp_job(api.factory)
    order = _order(api)
    version = order["row_version"]
    assert _change(api, order["id"], version, priority=1, reason="").status_code == 422
    assert _change(api, order["id"], version).status_code == 422
    assert _change(api, order["id"], version, priority=9).status_code == 422
    assert slug(_change(api, order["id"], version + 1, priority=1)) == "stale-version"
    assert api.call("PATCH", f"/orders/{order['id']}", {"priority": 1, "reason": "x"}).status_code == 428


def test_an_order_that_has_ended_is_not_changed_any_more(api: Api) -> None:
    lamp_job(api.factory)
    order = _order(api)
    with api.factory.begin() as session:
        from sqlalchemy import text

        session.execute(text("UPDATE orders SET status = 'DONE', ended_at = now()"))
    assert slug(_change(api, order["id"], order["row_version"], priority=1)) == "conflict"


def test_who_may_not_steer_orders_changes_none(api: Api) -> None:
    lamp_job(api.factory)
    order = _order(api)
    for role in (Role.INVENTORY_MANAGER, Role.CUSTOMER, Role.TECHNICIAN):
        assert _change(api.as_(role), order["id"], order["row_version"], priority=1).status_code == 403
