"""An order's workflow: scaled, started, followed to its end."""

import asyncio
import gc
from datetime import UTC, datetime
from uuid import UUID

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from models.connections.settings import settings
from models.messages.commands import CancelWorkOrder
from models.messages.jobs import job_workflow_id, order_workflow_id
from models.messages.orders import ChangeOrder
from models.records.order_changes import change_order
from models.records.orders import mark_launched, not_launched
from models.rules.access import Role
from models.rules.orders import Status
from tests.factories import Factory
from tests.floor import hands_of, place, rows, scalar
from tests.replay.recording import replays
from tests.workflows.running import Running
from worker.relays import dates
from workflows import search
from workflows.launch import launch_order

pytestmark = pytest.mark.usefixtures("worker")
KEYS = ("cut", "polish", "mount", "check", "pack")


async def launched(client: Client, shop: Factory, order_id: UUID) -> WorkflowHandle[object, object]:
    with shop.begin() as session:
        (order,) = [one for one in not_launched(session, shop.id) if one.order_id == order_id]
    for _ in range(2):  # a second start changes nothing
        await launch_order(client, order, settings().factoryos_task_queue)
    return client.get_workflow_handle(order_workflow_id(shop.id, order_id))


async def jobs_of(client: Client, shop: Factory, order_id: UUID, count: int) -> list[Running]:
    """The order's running jobs, once all of them are open for work."""
    async with asyncio.timeout(120):
        while True:
            ready = await asyncio.to_thread(
                scalar, shop, "SELECT count(*) FROM jobs WHERE order_id = :order AND seq > 0", order=order_id
            )
            if ready == count:
                break
            await asyncio.sleep(0.02)
    hands = [hands_of(shop, order_id, lot) for lot in range(1, count + 1)]
    return [
        Running(one, client.get_workflow_handle(job_workflow_id(shop.id, one.job_id)), start=None)  # type: ignore[arg-type]
        for one in hands
    ]


async def test_an_order_of_three_jobs_is_done_when_the_last_is(temporal: Client, shop: Factory) -> None:
    order_id = place(shop, "3", "1")
    order = await launched(temporal, shop, order_id)
    jobs = await jobs_of(temporal, shop, order_id, 3)
    for job in jobs:
        found = await job.handle.describe()
        assert found.parent_id == order.id
        assert found.typed_search_attributes[search.ORDER] == str(order_id)
        await job.send(*(command for key in KEYS for command in job.done(key)))
    assert await order.result() == "DONE"
    row = rows(shop, "SELECT status, ended_at FROM orders WHERE id = :order", order=order_id)[0]
    assert row.status == "DONE"
    assert row.ended_at is not None
    assert scalar(shop, "SELECT produced FROM manufacturing_orders WHERE order_id = :order", order=order_id) == 3
    described = await order.describe()
    assert described.typed_search_attributes[search.STATUS] == "DONE"
    await replays(order, "order_of_three")
    kinds = {event.event_type async for event in order.fetch_history_events()}
    assert EventType.EVENT_TYPE_TIMER_STARTED not in kinds, "it is told of each end, it does not look now and then"


async def test_a_moved_date_is_shown_by_the_order_and_its_open_jobs_and_none_other(
    temporal: Client, shop: Factory
) -> None:
    order_id = place(shop, "2", "1")
    order = await launched(temporal, shop, order_id)
    ended, job = await jobs_of(temporal, shop, order_id, 2)
    await ended.do(CancelWorkOrder(reason="not wanted"))
    await ended.handle.result()
    before = (await job.handle.describe()).typed_search_attributes[search.DUE]
    boss = shop.actor(Role.MANAGER)
    for day in (1, 2):
        with shop.begin() as session:
            moved = datetime(2027, 7, day, 12, tzinfo=UTC)
            change_order(session, boss, order_id, ChangeOrder(due_at=moved, reason="The customer called"))
    with shop.begin() as session:
        change_order(session, boss, order_id, ChangeOrder(priority=1, reason="The same date"))
    assert await _told(temporal, shop) == []  # who launches an order that nobody has launched yet, tells its date
    with shop.begin() as session:
        mark_launched(session, order_id)
    assert await _told(temporal, shop) == [order_id]
    assert await _told(temporal, shop) == []
    for handle in (order, job.handle):
        await _shows(handle, moved)
    assert (await ended.handle.describe()).typed_search_attributes[search.DUE] == before
    kinds = [event.event_type async for event in job.handle.fetch_history_events()]
    assert kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == 1
    await job.send(*(command for key in KEYS for command in job.done(key)))
    assert await order.result() == Status.DONE
    await replays(order, "order_with_a_moved_date")
    await replays(job.handle, "moved_date")


async def _told(client: Client, shop: Factory) -> list[UUID]:
    """Let the relay tell what was moved in a factory, whatever other tests moved; return the orders it was about."""
    found = [date for tenant_id, date in await asyncio.to_thread(dates.moved) if tenant_id == shop.id]
    for date in found:
        await dates.tell(client, shop.id, date)
    return [date.order_id for date in found]


async def _shows(handle: WorkflowHandle[object, object], due: datetime) -> None:
    """Wait until a workflow's due date in Temporal's lists is this one."""
    async with asyncio.timeout(120):
        while (await handle.describe()).typed_search_attributes[search.DUE] != due:  # noqa: ASYNC110 - on the server
            await asyncio.sleep(0.02)


async def test_an_order_whose_jobs_are_all_cancelled_is_cancelled(temporal: Client, shop: Factory) -> None:
    order_id = place(shop, "2", "1")
    order = await launched(temporal, shop, order_id)
    for job in await jobs_of(temporal, shop, order_id, 2):
        await job.do(CancelWorkOrder(reason="not wanted"))
    assert await order.result() == Status.CANCELLED


async def test_a_job_whose_workflow_is_terminated_troubles_nobody(
    temporal: Client, shop: Factory, caplog: pytest.LogCaptureFixture
) -> None:
    gc.collect()  # what tests before this one left behind is none of its business
    caplog.clear()
    order_id = place(shop, "1")
    order = await launched(temporal, shop, order_id)
    (job,) = await jobs_of(temporal, shop, order_id, 1)
    await job.handle.terminate("lost")
    async with asyncio.timeout(120):
        while not await heard_of_a_lost_job(order):  # noqa: ASYNC110 - it happens on the server
            await asyncio.sleep(0.02)
    await replays(order, "order_with_a_lost_job")
    await order.terminate("seen enough")
    gc.collect()
    assert "never retrieved" not in caplog.text


async def heard_of_a_lost_job(order: WorkflowHandle[object, object]) -> bool:
    history = await order.fetch_history()
    return any(event.event_type == EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED for event in history.events)
