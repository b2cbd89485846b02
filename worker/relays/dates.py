"""Tells workflows that an order's date was moved, so that Temporal's own lists show the date that holds."""

import asyncio
from uuid import UUID

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.connections.postgres import begin, read
from models.messages.jobs import DateMoved, job_workflow_id, order_workflow_id
from models.messages.queues import SIGNAL_DATE
from models.records import order_dates, tenants
from models.records.order_dates import MovedDate
from models.records.outbox import NO_TENANT


def moved() -> list[tuple[UUID, MovedDate]]:
    """Return the moved dates of all tenants."""
    with read(NO_TENANT) as session:
        everybody = tenants.all_ids(session)
    found: list[tuple[UUID, MovedDate]] = []
    for tenant_id in everybody:
        with read(tenant_id) as session:
            found += [(tenant_id, date) for date in order_dates.moved_dates(session)]
    return found


async def tell(client: Client, tenant_id: UUID, date: MovedDate) -> None:
    """Tell the workflows of an order and of its open jobs; one that has ended needs no date. Raises RPCError."""
    jobs = (job_workflow_id(tenant_id, job_id) for job_id in date.job_ids)
    for workflow_id in (order_workflow_id(tenant_id, date.order_id), *jobs):
        try:
            await client.get_workflow_handle(workflow_id).signal(SIGNAL_DATE, DateMoved(due_at=date.due_at))
        except RPCError as fault:
            if fault.status is not RPCStatusCode.NOT_FOUND:
                raise
    await asyncio.to_thread(_note_told, tenant_id, date)


def _note_told(tenant_id: UUID, date: MovedDate) -> None:
    with begin(tenant_id) as session:
        order_dates.note_told(session, date.order_id, date.due_at)
