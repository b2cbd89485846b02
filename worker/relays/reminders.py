"""Reminds workflows of facts they never heard of.

A quick write commits before Temporal records the command that caused it. When everything dies in between, nobody sends
that command again: it has its fate. If it was the last one, the job would wait for ever. So a job that falls quiet is
asked once, by a query that leaves no history, and told what it lacks.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from models.connections.postgres import begin, read
from models.messages.commands import Command
from models.messages.jobs import job_workflow_id
from models.messages.queues import QUERY_FACT_NUMBER, SIGNAL_SUBMIT
from models.records import tenants
from models.records.jobs import unheard
from models.records.outbox import NO_TENANT
from models.records.work_orders.missed import facts_after

_QUIET = timedelta(seconds=10)
_ANSWER_WITHIN = timedelta(seconds=5)
_MUTE = (RPCStatusCode.NOT_FOUND, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.FAILED_PRECONDITION)
_log = structlog.get_logger("worker.relays")


def quiet_jobs() -> list[tuple[UUID, unheard.QuietJob]]:
    """Return the quiet jobs of all tenants."""
    with read(NO_TENANT) as session:
        everybody = tenants.all_ids(session)
    found: list[tuple[UUID, unheard.QuietJob]] = []
    for tenant_id in everybody:
        with read(tenant_id) as session:
            found += [(tenant_id, job) for job in unheard.quiet_jobs(session, _QUIET)]
    return found


async def settle(client: Client, tenant_id: UUID, job: unheard.QuietJob) -> None:
    """Ask a job's workflow for its last fact and remind it of what it lacks. Raises RPCError."""
    fact = await _known(client, tenant_id, job)
    if fact is None:
        return
    lacking = await asyncio.to_thread(_lacking, tenant_id, job, fact) if fact < job.seq else []
    if lacking:
        await _remind(client, tenant_id, job, lacking)
    else:
        # Its opening and its end are facts that no command causes: there is nothing to remind of.
        await asyncio.to_thread(_note_heard, tenant_id, job)


async def _known(client: Client, tenant_id: UUID, job: unheard.QuietJob) -> int | None:
    """Return the last fact a job's workflow knows; None where it cannot say, which is a matter for repair."""
    handle = client.get_workflow_handle(job_workflow_id(tenant_id, job.id))
    try:
        return int(await handle.query(QUERY_FACT_NUMBER, rpc_timeout=_ANSWER_WITHIN))
    except WorkflowQueryFailedError:
        return None
    except RPCError as fault:
        if fault.status in _MUTE:
            return None
        raise


def _note_heard(tenant_id: UUID, job: unheard.QuietJob) -> None:
    """Note that a job's workflow knows its last fact."""
    with begin(tenant_id) as session:
        unheard.note_heard(session, job.id, job.seq)


def _lacking(tenant_id: UUID, job: unheard.QuietJob, fact: int) -> list[Command]:
    """Return the commands whose facts a workflow lacks, in order."""
    with read(tenant_id) as session:
        return [missed.command for missed in facts_after(session, job.id, fact)]


async def _remind(client: Client, tenant_id: UUID, job: unheard.QuietJob, commands: list[Command]) -> None:
    """Send the commands once more; the database answers each with its stored fate."""
    _log.warning("reminding a job of facts it never heard of", job=job.code, facts=len(commands))
    await client.get_workflow_handle(job_workflow_id(tenant_id, job.id)).signal(SIGNAL_SUBMIT, commands[:50])
