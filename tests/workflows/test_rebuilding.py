"""A job whose workflow Temporal has lost, started again from the database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from models.connections.settings import settings
from models.messages.commands import CompleteWorkOrder, StartWorkOrder
from models.records import commands as inbox
from models.records.jobs import inputs
from models.rules.access import Role
from models.rules.commands import CommandState, Door
from models.rules.orders import Status
from tests.factories import Factory
from tests.floor import rows
from tests.workflows.running import Running, run_job
from workflows.launch import launch_job

pytestmark = pytest.mark.usefixtures("worker")


def tap(shop: Factory, work_order_id: UUID, request: Any, age: timedelta) -> UUID:
    """Put a command into the inbox, as the API does while Temporal is away."""
    asked = inbox.Asked(
        id=uuid4(), request=request, request_hash="", work_order_id=work_order_id, job_id=None, occurred_at=None,
        received_at=datetime.now(UTC) - age,
    )  # fmt: skip
    with shop.begin() as session:
        inbox.accept(session, shop.actor(Role.TECHNICIAN), Door.UPDATE, [asked])
    return asked.id


async def rebuild(client: Client, shop: Factory, job: Running) -> None:
    with shop.begin() as session:
        made = inputs.rebuilt(session, shop.id, job.hands.job_id)
    assert made is not None
    start, status = made
    await launch_job(client, start, settings().factoryos_task_queue, Status(status))


async def test_what_was_asked_while_a_job_was_lost_comes_before_what_is_asked_afterwards(
    temporal: Client, shop: Factory
) -> None:
    job = await run_job(temporal, shop)
    await job.handle.terminate("lost")
    cut = job.hands.work_order("cut").id
    second = tap(shop, cut, CompleteWorkOrder(), timedelta(seconds=50))
    first = tap(shop, cut, StartWorkOrder(), timedelta(seconds=60))
    await rebuild(temporal, shop, job)
    newer = await job.do(StartWorkOrder(), "mount")
    assert newer.seq == 4
    found = {row.id: row for row in rows(
        shop, "SELECT id, state, (result->>'seq')::int AS seq, signalled_at FROM commands WHERE job_id = :job",
        job=job.hands.job_id,
    )}  # fmt: skip
    assert [(found[one].state, found[one].seq) for one in (first, second)] == [
        (CommandState.APPLIED, 2), (CommandState.APPLIED, 3),
    ]  # fmt: skip
    assert found[first].signalled_at is not None, "no relay sends it a second time"
