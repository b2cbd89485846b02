"""A job of many steps runs to its end in several runs, and none of them forgets what was done."""

from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from models.messages.commands import Command, CompleteWorkOrder, StartWorkOrder
from models.rules.commands import CommandState
from tests.factories import Factory
from tests.floor import PARTS, publish_lamp, receive, rows, scalar
from tests.workflows.running import Running, run_job
from workflows import options

pytestmark = pytest.mark.usefixtures("worker")

LANES, LENGTH = 5, 240
LARGEST_EVENT = 256 * 1024


def _steps() -> list[dict[str, Any]]:
    lanes = [
        {
            "key": f"s{row}-{lane}", "name": f"Step {row} of lane {lane}", "work_center": "ASSY", "run_minutes": "1",
            "after": [{"step": f"s{row - 1}-{lane}"}] if row else [],
            "parts": [{"part": "SCREW", "quantity": "1"}] if row % 40 == 0 else [],
        }
        for row in range(LENGTH)
        for lane in range(LANES)
    ]  # fmt: skip
    ends = [{"step": f"s{LENGTH - 1}-{lane}"} for lane in range(LANES)]
    return [*lanes, {"key": "join", "name": "Join", "work_center": "PACK", "after": ends}]


def _batches(job: Running) -> list[list[Command]]:
    """Start and complete what is ready side by side, row after row."""
    template = job.command(StartWorkOrder(), "join")
    found = rows(
        job.hands.factory, "SELECT id, code, step_key FROM work_orders WHERE job_id = :job", job=job.hands.job_id
    )
    by_key = {row.step_key: row for row in found}
    keys = [[f"s{row}-{lane}" for lane in range(LANES)] for row in range(LENGTH)]
    return [[
        template.model_copy(update={
            "id": job.command(request).id, "request": request, "step": job.hands.brain.graph.keys.index(key),
            "work_order_id": by_key[key].id, "label": by_key[key].code,
        })
        for request in (StartWorkOrder(), CompleteWorkOrder()) for key in together
    ] for together in [*keys, ["join"]]]  # fmt: skip


async def test_a_job_of_twelve_hundred_steps_runs_to_its_end_in_bounded_runs(temporal: Client, tenant: Factory) -> None:
    publish_lamp(tenant, _steps())
    receive(tenant, **dict.fromkeys(PARTS, "1000"))
    job = await run_job(temporal, tenant)
    first_run = (await job.handle.describe()).run_id
    batches = _batches(job)
    for batch in batches[:-1]:
        assert {outcome.state for outcome in await job.send(*batch)} == {CommandState.APPLIED}
    assert (await job.handle.describe()).run_id != first_run

    before = scalar(tenant, "SELECT seq FROM jobs WHERE id = :job", job=job.hands.job_id)
    for old in (batches[0][0], batches[-2][-1]):
        stored = scalar(tenant, "SELECT result FROM commands WHERE id = :id", id=old.id)
        (again,) = await job.send(old)
        assert again.model_dump(mode="json") == stored
    assert scalar(tenant, "SELECT seq FROM jobs WHERE id = :job", job=job.hands.job_id) == before

    last = await job.send(*batches[-1])
    assert last[-1].job_ended
    assert await job.handle.result() == "DONE"
    assert scalar(tenant, "SELECT status FROM jobs WHERE id = :job", job=job.hands.job_id) == "DONE"
    await _check_runs(temporal, job, first_run)


async def _check_runs(temporal: Client, job: Running, first_run: str) -> None:
    runs, run_id = 0, first_run
    while run_id:
        history = await temporal.get_workflow_handle(job.handle.id, run_id=run_id).fetch_history()
        assert len(history.events) < options.EVENTS_PER_RUN * 1.1
        assert max(event.ByteSize() for event in history.events) < LARGEST_EVENT
        last = history.events[-1]
        renewed = last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id if renewed else ""
        runs += 1
    assert runs > 1
