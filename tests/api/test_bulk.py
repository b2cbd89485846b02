"""One act on many: each decided by itself, each told by itself, and nothing twice."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.running import Floor
from tests.floor import rows, scalar
from tests.working import working


@pytest.fixture(scope="module", autouse=True)
def worker(servers: object) -> Iterator[None]:
    assert servers
    with working():
        yield


@pytest.fixture
def floor(api: Api) -> Floor:
    return Floor(api)


def _many(person: Api, what: str, ids: list[Any], **ask: Any) -> Any:
    return person.made(f"/{what}/bulk", {"ids": ids, "ask": ask})["items"]


def test_what_cannot_be_done_for_one_is_told_for_that_one_and_done_for_the_others(floor: Floor) -> None:
    job = floor.job()
    steps = floor.steps(job)
    floor.act(job, "mount", "hold", {"reason": "Crack"}, by=floor.manager)
    nowhere = str(uuid4())
    ids = [steps["mount"]["work_order_id"], steps["cut"]["work_order_id"], nowhere]
    found = _many(floor.manager, "work-orders", ids, action="hold", reason="Stocktaking")
    assert [one["fate"] for one in found] == ["refused", "done", "refused"]
    assert [one["code"] for one in found] == [steps["mount"]["code"], steps["cut"]["code"], None]
    assert "hold" in found[0]["detail"]
    assert nowhere in found[2]["detail"]


def test_the_same_request_again_is_the_same_act(floor: Floor) -> None:
    job = floor.job()
    ask = {"ids": [job["id"]], "ask": {"action": "hold", "reason": "Stocktaking"}}
    first, second = (floor.manager.post("/jobs/bulk", ask, idempotency_key="bulk-1") for _ in range(2))
    assert first.json() == second.json()
    assert first.json()["items"][0]["fate"] == "done"
    assert scalar(floor.api.factory, "SELECT count(*) FROM job_events WHERE kind = 'jobs:held'") == 1


def test_orders_are_held_released_and_cancelled_together_with_all_their_jobs(floor: Floor) -> None:
    orders = [floor.order("2", lot_size="1")["id"], floor.order()["id"]]
    assert [one["fate"] for one in _many(floor.manager, "orders", orders, action="hold", reason="x")] == ["done"] * 2
    assert [row.held for row in rows(floor.api.factory, "SELECT held FROM jobs")] == [True] * 3
    assert [one["fate"] for one in _many(floor.manager, "orders", orders, action="release")] == ["done"] * 2
    assert [one["fate"] for one in _many(floor.manager, "orders", orders, action="release")] == ["refused"] * 2


def test_orders_get_another_priority_together(floor: Floor) -> None:
    orders = [floor.order()["id"] for _ in range(2)]
    found = _many(floor.manager, "orders", [*orders, str(uuid4())], action="prioritise", priority=1, reason="Fair")
    assert [one["fate"] for one in found] == ["done", "done", "refused"]
    assert {row.priority for row in rows(floor.api.factory, "SELECT priority FROM work_orders")} == {1}


def test_work_is_given_to_a_person_together(floor: Floor) -> None:
    job = floor.job()
    tom = str(floor.api.factory.actor(Role.TECHNICIAN).user_id)
    ids = [step["work_order_id"] for step in floor.steps(job).values()]
    found = _many(floor.manager, "work-orders", ids, action="assign", user_id=tom)
    assert {one["fate"] for one in found} == {"done"}
    assert {step["assignee"] for step in floor.steps(job).values()} == {"The technician"}


def test_too_many_and_none_are_refused(floor: Floor) -> None:
    for ids in ([], [str(uuid4())] * 201):
        answer = floor.manager.post("/jobs/bulk", {"ids": ids, "ask": {"action": "hold", "reason": "x"}})
        assert answer.status_code == 422
