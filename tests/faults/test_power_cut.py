"""Everything but the database dies after a fact was written and before Temporal heard of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.faults.desk import Desk, eventually
from tests.faults.product import Product, running_product

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
_ALL_BUT_THE_DATABASE = ("api", "worker-1", "worker-2", "temporal")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product("slow_worker.py", FAULTS_ANSWER_SECONDS="1.5") as running:
        yield running


def cut_the_power_once_written(desk: Desk, job: dict[str, Any], path: str, body: dict[str, Any], key: str) -> str:
    """Send a command and kill everything when its fact stands in the database; returns the command."""

    def press() -> None:
        try:
            desk.post(path, body, key)
        except httpx2.TransportError:
            return

    def written() -> str | None:
        events = desk.get(f"/jobs/{job['id']}/events", limit=200)["items"]
        return events[-1]["command_id"] if len(events) > job["seq"] else None

    with ThreadPoolExecutor(1) as hand:
        hand.submit(press)
        command = eventually(written, "the fact is written")
        with desk.product.without(*_ALL_BUT_THE_DATABASE):
            pass
    return command


def test_what_follows_a_fact_that_temporal_never_heard_of_is_still_applied(desk):
    job = desk.new_job()
    step = job["steps"][0]
    start = f"/work-orders/{step['work_order_id']}/start"
    command = cut_the_power_once_written(desk, job, start, {}, "start")
    answer = desk.post(f"/work-orders/{step['work_order_id']}/pause", {}, "pause")
    assert answer.status_code in (200, 202), answer.text
    desk.fate(answer.json()["command_id"], "APPLIED")
    assert desk.post(start, {}, "start").json()["command_id"] == command
    assert len(desk.facts(job, command)) == 1


def test_a_job_ends_although_temporal_never_heard_of_its_last_fact(desk):
    job = desk.new_job()
    cut_the_power_once_written(desk, job, f"/jobs/{job['id']}/cancel", {"reason": "not wanted"}, "cancel")
    eventually(lambda: desk.get(f"/jobs/{job['id']}")["ended_at"], "the job has ended")
    eventually(lambda: desk.get(f"/orders/{job['order_id']}")["ended_at"], "the order has ended")
