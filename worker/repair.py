"""Rebuilds Temporal's side from PostgreSQL: after Temporal's database was lost, rolled back or moved."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from models.connections.postgres import begin, read
from models.connections.settings import settings
from models.messages.jobs import JobInput, job_workflow_id, order_workflow_id
from models.messages.orders import OrderInput
from models.messages.queues import QUERY_FACT_NUMBER
from models.records import orders, tenants
from models.records.jobs import inputs
from models.records.outbox import NO_TENANT
from models.rules.orders import Status
from workflows.launch import launch_job, launch_order

_ANSWER_WITHIN = timedelta(seconds=5)
_MUTE = (RPCStatusCode.NOT_FOUND, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.FAILED_PRECONDITION)


@dataclass
class Report:
    """What repair found and did; `ahead` are jobs of which Temporal knows more than PostgreSQL."""

    sound: list[str] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _OpenJob:
    tenant_id: UUID
    id: UUID
    code: str
    seq: int


async def repair(client: Client, *, everything: bool, progress: Callable[[int, int], None]) -> Report:
    """Start a new workflow for every open job whose own is missing, closed, behind or mute, then for open orders.

    With `everything` each open job is rebuilt, whatever its workflow says: the way to go after Temporal was restored
    from an older backup while workers kept running. Running it twice does no harm. Raises RPCError when Temporal is
    away. `progress` is told (done, of) after each job.
    """
    report = Report()
    tenant_ids = await asyncio.to_thread(_tenants)
    jobs = [job for tenant_id in tenant_ids for job in await asyncio.to_thread(_open_jobs, tenant_id)]
    for number, job in enumerate(jobs, start=1):
        fate = report.rebuilt if everything else await _verdict(client, job, report)
        if fate is report.rebuilt:
            await _rebuild(client, job)
        fate.append(job.code)
        progress(number, len(jobs))
    for tenant_id in tenant_ids:
        await _restart_orders(client, tenant_id, report, everything=everything)
    return report


def _tenants() -> list[UUID]:
    with read(NO_TENANT) as session:
        return tenants.all_ids(session)


def _open_jobs(tenant_id: UUID) -> list[_OpenJob]:
    with read(tenant_id) as session:
        return [_OpenJob(tenant_id, row.id, row.code, row.seq) for row in inputs.all_open(session)]


async def _verdict(client: Client, job: _OpenJob, report: Report) -> list[str]:
    """Compare a workflow with the facts read before and after it was asked, for work goes on meanwhile."""
    known = await _fact_number(client.get_workflow_handle(job_workflow_id(job.tenant_id, job.id)))
    latest = await asyncio.to_thread(_latest, job)
    if known is None or known < job.seq:
        return report.rebuilt
    return report.ahead if known > latest else report.sound


def _latest(job: _OpenJob) -> int:
    with read(job.tenant_id) as session:
        return inputs.fact_number(session, job.id)


async def _fact_number(handle: WorkflowHandle[object, object]) -> int | None:
    """Return the last fact a running workflow knows; None where it is missing, closed, or cannot answer."""
    try:
        description = await handle.describe()
        if description.status is not WorkflowExecutionStatus.RUNNING:
            return None
        return int(await handle.query(QUERY_FACT_NUMBER, rpc_timeout=_ANSWER_WITHIN))
    except WorkflowQueryFailedError:
        return None
    except RPCError as fault:
        if fault.status in (
            RPCStatusCode.NOT_FOUND,
            RPCStatusCode.DEADLINE_EXCEEDED,
            RPCStatusCode.FAILED_PRECONDITION,
        ):
            return None
        raise


async def _rebuild(client: Client, job: _OpenJob) -> None:
    made = await asyncio.to_thread(_take_over, job)
    if made is not None:
        start, status = made
        await launch_job(client, start, settings().factoryos_task_queue, Status(status))


def _take_over(job: _OpenJob) -> tuple[JobInput, str] | None:
    with begin(job.tenant_id) as session:
        return inputs.rebuilt(session, job.tenant_id, job.id)


async def _restart_orders(client: Client, tenant_id: UUID, report: Report, *, everything: bool) -> None:
    for order in await asyncio.to_thread(_unfinished, tenant_id):
        handle = client.get_workflow_handle(order_workflow_id(tenant_id, order.order_id))
        if everything or not await _runs(handle):
            await launch_order(client, order, settings().factoryos_task_queue, anew=True)
            report.orders.append(order.code)


def _unfinished(tenant_id: UUID) -> list[OrderInput]:
    with read(tenant_id) as session:
        return list(orders.unfinished(session, tenant_id))


async def _runs(handle: WorkflowHandle[object, object]) -> bool:
    try:
        return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    except RPCError as fault:
        if fault.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
