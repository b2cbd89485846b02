"""One server after the other is away for a while: what people asked for meanwhile happens once, and later."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from models.connections.mongo import mongo
from models.connections.temporal import connect
from models.messages.commands import Command, Outcome, StartWorkOrder
from models.messages.jobs import job_workflow_id
from models.messages.queues import UPDATE_SUBMIT
from models.rules.commands import CommandState
from tests.faults.desk import Desk, eventually
from tests.faults.product import Product, running_product

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
_WORKERS = ("worker-1", "worker-2")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product("slow_worker.py", FAULTS_EVENTS_PER_RUN="30") as running:
        yield running


def applied_once(desk: Desk, job: dict[str, Any], command: str) -> None:
    desk.fate(command, "APPLIED")
    assert len(desk.facts(job, command)) == 1


@pytest.mark.parametrize("away", [("temporal",), _WORKERS], ids=["temporal", "workers"])
def test_a_tap_is_taken_while_the_floor_cannot_decide_and_applied_once_later(desk, away):
    job = desk.new_job()
    step = job["steps"][0]
    with desk.product.without(*away):
        answer = desk.tap(step, "start", key="one tap")
        assert (answer.status_code, answer.json()["state"]) == (202, "PENDING")
        command = answer.json()["command_id"]
        assert answer.headers["location"] == f"/api/v1/commands/{command}"
        assert desk.facts(job, command) == []
    applied_once(desk, job, command)
    again = desk.tap(step, "start", key="one tap")
    assert (again.status_code, again.json()["command_id"]) == (200, command)
    assert len(desk.facts(job, command)) == 1


def test_an_order_placed_while_temporal_is_away_is_launched_later(desk):
    with desk.product.without("temporal"):
        order = desk.order()
    assert desk.job_of(order)["status"] == "PLANNED"


def test_the_floor_works_without_the_audit_store_and_the_trail_catches_up(desk):
    job = desk.new_job()
    with desk.product.without("mongodb"):
        answers = [desk.applied(job["steps"][0], action) for action in ("start", "pause", "resume", "complete")]
    commands = {answer.json()["command_id"] for answer in answers}
    wanted = {"tenant_id": str(desk.shop.tenant_id), "command_id": {"$in": sorted(commands)}}
    eventually(lambda: mongo()["audit_logs"].count_documents(wanted) >= len(commands), "the trail has caught up")
    told = [entry["command_id"] for entry in mongo()["audit_logs"].find(wanted)]
    assert sorted(told) == sorted(commands)


def test_without_the_database_a_tap_is_refused_for_now_and_nothing_is_half_done(desk):
    job = desk.new_job()
    step = job["steps"][0]
    with desk.product.without("postgresql"):
        answer = desk.tap(step, "start", key="during the outage")
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
    after = desk.get(f"/jobs/{job['id']}")
    assert (after["seq"], after["steps"][0]["state"]) == (job["seq"], "READY")
    again = desk.tap(step, "start", key="during the outage")
    assert again.status_code in (200, 202), again.text
    applied_once(desk, job, again.json()["command_id"])


def test_a_queued_command_that_is_refused_waits_in_the_exceptions_list_until_somebody_has_seen_it(desk):
    step = desk.new_job()["steps"][0]
    item = {"key": "late", "work_order_id": step["work_order_id"], "request": {"action": "complete"}}
    answer = desk.post("/commands", {"commands": [item], "wait": False}, actor=desk.technician)
    (outcome,) = answer.json()["outcomes"]
    assert outcome["state"] == "PENDING"
    view = desk.fate(outcome["command_id"], "REFUSED")
    assert view["result"]["refusal"]["kind"] == "wrong-state"

    def listed() -> list[str]:
        return [each["id"] for each in desk.get("/commands", exceptions="true")["items"]]

    assert listed() == [outcome["command_id"]]
    assert desk.post(f"/commands/{outcome['command_id']}/acknowledge", {}).status_code == 200
    assert listed() == []


def test_the_same_command_gives_the_stored_answer_after_a_renewed_run_and_after_a_restart(desk):
    job = desk.new_job()
    step = job["steps"][0]
    first = desk.applied(step, "start", key="the first tap")
    for _ in range(4):
        for action in ("pause", "resume"):
            desk.applied(step, action)
    workflow = job_workflow_id(desk.shop.tenant_id, UUID(job["id"]))
    eventually(lambda: asyncio.run(_runs(workflow)) > 1, "its run was renewed")
    command = _start_again(desk, step, first.json()["command_id"])
    assert asyncio.run(_sent_to(workflow, command)) == Outcome.model_validate(first.json())
    with desk.product.without(*_WORKERS):
        assert desk.tap(step, "start", key="the first tap").json() == first.json()
    assert asyncio.run(_sent_to(workflow, command)) == Outcome.model_validate(first.json())
    assert len(desk.facts(job, first.json()["command_id"])) == 1
    assert desk.applied(step, "complete").json()["state"] == CommandState.APPLIED


def _start_again(desk: Desk, step: dict[str, Any], identity: str) -> Command:
    """Return the command as a relay would deliver it once more, past the inbox."""
    return Command(
        id=UUID(identity), request=StartWorkOrder(), actor_id=desk.technician.user_id,
        work_order_id=UUID(step["work_order_id"]), step=step["step_index"], attempt=step["attempt"],
        received_at=datetime.now(UTC),
    )  # fmt: skip


async def _runs(workflow: str) -> int:
    client = await connect()
    return len([run async for run in client.list_workflows(f"WorkflowId = '{workflow}'")])


async def _sent_to(workflow: str, command: Command) -> Outcome:
    client = await connect()
    handle = client.get_workflow_handle(workflow)
    (outcome,) = await handle.execute_update(UPDATE_SUBMIT, [command], result_type=list[Outcome])
    return outcome
