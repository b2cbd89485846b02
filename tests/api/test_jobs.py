"""Orders, manufacturing orders and jobs over HTTP."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from deploy.seed import publish_demo_template
from models.connections.postgres import engine
from models.connections.temporal import connect
from models.messages.jobs import job_workflow_id
from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.running import Floor, minutes_pass, slug, until
from tests.floor import DUE, execute, receive
from tests.working import environment, working


@pytest.fixture(scope="module", autouse=True)
def worker(servers: object) -> Iterator[None]:
    assert servers
    with working(relays=True):
        yield


@pytest.fixture
def floor(api: Api) -> Floor:
    return Floor(api)


@pytest.fixture
def lost(api: Api) -> Callable[[str], None]:
    """Make Temporal lose a job's workflow."""

    async def lose(job_id: str) -> None:
        client = await connect()
        await client.get_workflow_handle(job_workflow_id(api.factory.id, UUID(job_id))).terminate("lost")

    return lambda job_id: asyncio.run(lose(job_id))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements of requests, not of the worker beside them, without the one that binds the tenant."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if current_thread().name.startswith("AnyIO") and "set_config" not in statement:
            seen.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine(), "before_cursor_execute", note)


def test_a_job_of_thirty_five_steps_is_read_in_few_statements(api: Api) -> None:
    with api.factory.begin() as session:
        template = publish_demo_template(session, api.factory.actor())
    order = api.made("/orders", {"product": template.product_sku, "quantity": "1", "due_at": DUE.isoformat()})
    (job,) = until(lambda: [
        one for one in api.get(f"/jobs?order_id={order['id']}").json()["items"] if one["seq"] > 0
    ])  # fmt: skip
    with counted() as statements:
        detail = api.get(f"/jobs/{job['id']}").json()
    assert len(detail["steps"]) == 35
    assert 1 <= len(statements) <= 5
    api.made(f"/jobs/{job['id']}/cancel", {"reason": "read enough"})


def test_an_order_is_placed_read_and_made(floor: Floor) -> None:
    order = floor.order("2", customer_name="Ada", priority=1)
    assert (order["status"], order["quantity"], order["priority"]) == ("PLANNED", "2", 1)
    (job,) = floor.jobs(order["id"])
    floor.work(job, "cut", "polish", "mount", "check", "pack")
    until(lambda: floor.manager.get(f"/orders/{order['id']}").json()["status"] == "DONE")
    (mo,) = floor.manager.get(f"/manufacturing-orders?order_id={order['id']}").json()["items"]
    assert (mo["status"], mo["produced"], mo["job_count"]) == ("DONE", "2", 1)
    needs = floor.manager.get(f"/manufacturing-orders/{mo['id']}/requirements").json()
    assert {need["sku"]: (need["quantity"], need["issued"]) for need in needs} == {
        "WIRE": ("0.728", "0.728"), "BASE": ("2", "2"), "SCREW": ("7", "7"), "BOX": ("2", "2"),
    }  # fmt: skip
    costs = floor.manager.get(f"/orders/{order['id']}/costs").json()
    assert costs["actual_material"] == costs["planned_material"]
    assert costs["actual_scrap"] == "0"
    events = floor.technician.get(f"/jobs/{job['id']}/events?limit=200").json()["items"]
    assert [one["seq"] for one in events] == list(range(1, 13))
    assert (events[0]["kind"], events[-1]["kind"]) == ("jobs:opened", "jobs:finished")
    drawing = floor.technician.get(f"/jobs/{job['id']}/graph.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert floor.technician.get(f"/jobs/{job['id']}/explain").json()["summary"] == "The job has ended: done."


def test_an_order_may_be_due_already_but_not_in_another_age(floor: Floor) -> None:
    body = {"product": "LAMP", "quantity": "1", "due_at": "2024-02-29T12:00:00Z"}
    assert floor.manager.made("/orders", body)["due_at"] == body["due_at"]
    refused = floor.manager.post("/orders", {**body, "due_at": "1999-12-31T23:59:59Z"})
    assert refused.json()["errors"] == [{"pointer": "/due_at", "detail": "must lie between the years 2000 and 2200"}]


def test_an_order_that_ends_with_fewer_good_pieces_says_how_many_are_missing(floor: Floor) -> None:
    order = floor.order("4")
    assert order["short"] == "0"
    (job,) = floor.jobs(order["id"])
    floor.work(job, "cut", "polish", "mount", "check")
    floor.work(job, "pack", good="3", scrapped="1", reason="dropped")
    ended = until(lambda: (now := floor.manager.get(f"/orders/{order['id']}").json())["status"] == "DONE" and now)
    assert (ended["produced"], ended["short"]) == ("3", "1")
    (mo,) = floor.manager.get(f"/manufacturing-orders?order_id={order['id']}").json()["items"]
    assert (mo["produced"], mo["short"]) == ("3", "1")


def test_placing_twice_under_one_key_is_one_order(floor: Floor) -> None:
    body = {"product": "LAMP", "quantity": "1", "due_at": DUE.isoformat()}
    first = floor.manager.post("/orders", body, idempotency_key="once")
    again = floor.manager.post("/orders", body, idempotency_key="once")
    assert first.json() == again.json()
    other = floor.manager.post("/orders", {**body, "quantity": "2"}, idempotency_key="once")
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    assert len(floor.manager.get("/orders").json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"product": "GHOST"}, 409),
        ({"template_id": "00000000-0000-0000-0000-000000000001"}, 409),
        ({"quantity": "900000000000"}, 409),
        ({"quantity": "2001", "lot_size": "1"}, 409),
        ({"quantity": "0"}, 422),
        ({"quantity": "-1"}, 422),
        ({"quantity": "NaN"}, 422),
        ({"quantity": "1e400"}, 422),
        ({"due_at": "2027-01-01T00:00:00"}, 422),
        ({"due_at": "9999-12-31T23:59:59Z"}, 422),
        ({"due_at": "0001-01-01T00:00:00+14:00"}, 422),
        ({"priority": 6}, 422),
        ({"customer_name": "a\x00b"}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_leaves_nothing(
    floor: Floor, change: dict[str, object], status: int
) -> None:
    answer = floor.manager.post("/orders", {"product": "LAMP", "quantity": "1", "due_at": DUE.isoformat(), **change})
    assert answer.status_code == status, answer.text
    assert floor.manager.get("/orders").json()["items"] == []


def test_orders_are_filtered_and_sorted(floor: Floor) -> None:
    for number, name in enumerate(("Ada", "Bob", "Ada")):
        body = {"product": "LAMP", "quantity": "1", "due_at": f"2027-0{number + 1}-01T00:00:00Z", "customer_name": name}
        floor.manager.made("/orders", body)

    def found(query: str) -> list[str]:
        return [one["due_at"][:7] for one in floor.manager.get(f"/orders?{query}").json()["items"]]

    assert found("sort=due_at") == ["2027-01", "2027-02", "2027-03"]
    assert found("sort=-due_at&q=ada") == ["2027-03", "2027-01"]
    assert found("sort=due_at&due_from=2027-02-01T00:00:00Z&due_before=2027-03-01T00:00:00Z") == ["2027-02"]
    assert found("status=DONE") == []
    assert found("kind=customer&limit=1&sort=due_at") == ["2027-01"]


def test_a_whole_order_is_held_released_and_cancelled(floor: Floor) -> None:
    order = floor.order("2", lot_size="1")
    path = f"/orders/{order['id']}"

    def statuses() -> list[str]:
        return [job["status"] for job in floor.jobs(order["id"])]

    for action, body, status in (("hold", {"reason": "recall"}, "ON_HOLD"), ("release", None, "PLANNED")):
        answer = floor.manager.post(f"{path}/{action}", body)
        assert answer.status_code == 200
        assert fates(answer) == ["APPLIED"] * 2
        assert statuses() == [status] * 2, "decided when it answers"
    cancel = floor.manager.post(f"{path}/cancel", {"reason": "gone"}, idempotency_key="stop")
    assert fates(cancel) == ["APPLIED"] * 2
    until(lambda: floor.manager.get(path).json()["status"] == "CANCELLED")
    again = floor.manager.post(f"{path}/cancel", {"reason": "gone"}, idempotency_key="stop")
    assert again.json() == cancel.json(), "the same act, also after the order's end"
    late = floor.manager.post(f"{path}/hold", {"reason": "too late"})
    assert (late.status_code, slug(late)) == (409, "conflict")


def fates(answer: Any) -> list[str]:
    return [outcome["state"] for outcome in answer.json()["outcomes"]]


def test_holding_an_order_comes_before_the_next_tap(floor: Floor) -> None:
    order = floor.order("2", lot_size="1")
    floor.manager.post(f"/orders/{order['id']}/hold", {"reason": "recall"})
    tap = floor.act(floor.jobs(order["id"])[0], "cut", "start")
    assert (tap.status_code, slug(tap)) == (409, "on-hold")


def test_jobs_that_cannot_do_what_is_asked_of_their_order_say_so_in_the_answer(floor: Floor) -> None:
    order = floor.order("3", lot_size="1")
    path = f"/orders/{order['id']}"
    gone, held, _open = floor.jobs(order["id"])
    floor.manager.made(f"/jobs/{gone['id']}/cancel", {"reason": "one too many"})
    floor.manager.made(f"/jobs/{held['id']}/hold", {"reason": "no box"})
    answer = floor.manager.post(f"{path}/hold", {"reason": "recall"})
    assert answer.status_code == 200
    assert fates(answer) == ["REFUSED", "REFUSED", "APPLIED"]
    kinds = [outcome["refusal"] and outcome["refusal"]["kind"] for outcome in answer.json()["outcomes"]]
    assert kinds == ["job-closed", "on-hold", None]
    assert floor.manager.get("/commands?exceptions=true").json()["items"] == []


def test_an_order_still_being_made_into_jobs_tells_how_far_it_is(floor: Floor) -> None:
    order = floor.order("3", lot_size="1")
    path = f"/orders/{order['id']}"
    execute(floor.api.factory, "UPDATE orders SET quantity = 2000 WHERE id = :order", order=order["id"])
    answer = floor.manager.post(f"{path}/cancel", {"reason": "typing error"})
    assert (answer.status_code, slug(answer)) == (409, "conflict")
    assert "3 of 2,000 so far" in answer.json()["detail"]
    assert (answer.json()["jobs_made"], answer.json()["jobs"]) == (3, 2000)
    assert answer.headers["Retry-After"] == "2"
    execute(floor.api.factory, "UPDATE orders SET quantity = 3 WHERE id = :order", order=order["id"])
    assert fates(floor.manager.post(f"{path}/cancel", {"reason": "typing error"})) == ["APPLIED"] * 3


def test_what_is_asked_of_an_order_while_its_jobs_do_not_run_is_taken_and_decided_later(
    floor: Floor, lost: Callable[[str], None]
) -> None:
    order = floor.order("2", lot_size="1")
    first, _ = floor.jobs(order["id"])
    lost(first["id"])
    answer = floor.manager.post(f"/orders/{order['id']}/hold", {"reason": "recall"})
    assert answer.status_code == 202
    assert fates(answer) == ["PENDING", "APPLIED"]


def test_an_order_is_steered_by_the_relay_where_nobody_answers_in_time(floor: Floor) -> None:
    order = floor.order("25", lot_size="1")
    with environment(FACTORYOS_UPDATE_SECONDS="0.000001"):
        answer = floor.manager.post(f"/orders/{order['id']}/hold", {"reason": "recall"})
    assert answer.status_code == 202
    assert "PENDING" in fates(answer)
    minutes_pass(floor.api)
    until(lambda: all(job["held"] for job in floor.jobs(order["id"])))


def test_each_reason_why_work_does_not_move_is_said_in_words(api: Api) -> None:
    floor = Floor(api, stocked=False)
    job = floor.job("2")
    other = floor.job("1")

    def why(key: str, of: dict[str, object] = job) -> dict[str, str]:
        found = floor.technician.get(f"/jobs/{of['id']}/explain").json()
        one = next(one for one in found["work_orders"] if one["work_order_id"] == floor.steps(of)[key]["work_order_id"])
        return {reason["kind"]: reason["words"] for reason in one["reasons"]}

    assert why("cut")["material"] == "Short of WIRE: 0.728 m needed, 0 there"
    assert why("mount")["predecessor"] == "Waits for 'Cut wire'"
    assert why("check")["predecessor"] == "Waits for 'Mount', 'Polish'"
    receive(api.factory, WIRE="9", BASE="9", SCREW="9", BOX="9")
    assert why("cut") == {}
    me = str(api.factory.actor(Role.TECHNICIAN).user_id)
    floor.act(job, "cut", "assign", {"user_id": me}, by=floor.manager)
    assert why("cut") == {"person": "It is given to The technician"}
    floor.act(job, "cut", "start")
    assert why("cut") == {"person": "The technician works on it"}
    floor.act(job, "cut", "pause", {})
    assert why("cut") == {"person": "The technician paused it"}
    floor.act(job, "cut", "resume")
    floor.act(job, "cut", "complete")
    for key in ("polish", "mount"):
        floor.act(job, key, "start")
    assert why("cut", other)["machine"] == "All 2 places of Assy are busy"
    floor.act(job, "check", "hold", {"reason": "no meter"}, by=floor.manager)
    assert why("check")["hold"] == "It is on hold: no meter"
    floor.manager.made(f"/jobs/{other['id']}/hold", {"reason": "customer calls"})
    assert why("cut", other)["hold"] == "The whole job is on hold: customer calls"
    told = floor.technician.get(f"/jobs/{job['id']}/explain").json()
    assert told["summary"].startswith("2 in progress, 0 paused, 0 ready, 2 waiting.")
    assert told["undelivered"] is None


def test_a_job_that_temporal_has_lost_tells_of_the_taps_that_wait(floor: Floor, lost: Callable[[str], None]) -> None:
    job = floor.job()
    lost(job["id"])
    for action in ("start", "complete"):
        assert floor.act(job, "cut", action).status_code == 202
    execute(floor.api.factory, "UPDATE commands SET received_at = now() + interval '1 minute'")  # however long it took
    told = floor.technician.get(f"/jobs/{job['id']}/explain").json()
    assert told["summary"] == "0 in progress, 0 paused, 1 ready, 4 waiting. 2 commands are queued and not decided yet."
    execute(floor.api.factory, "UPDATE commands SET received_at = '2026-03-01T10:02:30Z'")
    told = floor.technician.get(f"/jobs/{job['id']}/explain").json()
    assert told["undelivered"] == {"count": 2, "since": "2026-03-01T10:02:30Z"}
    assert "2 commands wait to be delivered since 2026-03-01 10:02 UTC" in told["summary"]
    assert "`factoryos repair`" in told["summary"]
    cut = next(one for one in told["work_orders"] if one["name"] == "Cut wire")
    assert cut["next_action"] == "What was asked of it is delivered."
