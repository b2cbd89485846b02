"""Delivers what was asked while Temporal or the workers were away."""

from datetime import timedelta
from itertools import groupby
from uuid import UUID

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.connections.postgres import begin, read
from models.connections.settings import settings
from models.messages.commands import Command
from models.messages.jobs import job_workflow_id
from models.messages.queues import SIGNAL_SUBMIT
from models.records import commands
from models.records.outbox import NO_TENANT

_AGAIN_AFTER = timedelta(seconds=30)
_PER_SIGNAL = 50


def tenants_waiting() -> list[UUID]:
    """Return the tenants with commands nobody has decided for a while."""
    with read(NO_TENANT) as session:
        return commands.tenants_waiting(session, _age())


def _age() -> timedelta:
    return timedelta(seconds=settings().factoryos_relay_after_seconds)


def claim(tenant_id: UUID) -> list[commands.Undelivered]:
    """Take undecided commands for delivery and note the time; those whose job has ended get their refusal."""
    with begin(tenant_id) as session:
        found = commands.undelivered(session, older_than=_age(), again_after=_AGAIN_AFTER)
        for item in found:
            if item.job_ended:
                commands.refuse_job_closed(session, item.command)
        alive = [item for item in found if not item.job_ended]
        commands.mark_signalled(session, [item.command.id for item in alive])
    return alive


def give_back(tenant_id: UUID, found: list[commands.Undelivered]) -> None:
    """Let commands that could not be delivered be taken again at once."""
    with begin(tenant_id) as session:
        commands.unmark_signalled(session, [item.command.id for item in found])


async def deliver(client: Client, tenant_id: UUID, found: list[commands.Undelivered]) -> int:
    """Signal commands to their jobs in the order they came. Raises RPCError when Temporal is away.

    A job whose workflow is missing keeps its commands: repair starts it again, and they are tried anew.
    """
    delivered = 0
    by_job = sorted(found, key=lambda item: item.job_id)
    for job_id, items in groupby(by_job, key=lambda item: item.job_id):
        batch = [item.command for item in items]
        for start in range(0, len(batch), _PER_SIGNAL):
            delivered += await _signal(client, job_workflow_id(tenant_id, job_id), batch[start : start + _PER_SIGNAL])
    return delivered


async def _signal(client: Client, workflow_id: str, batch: list[Command]) -> int:
    try:
        await client.get_workflow_handle(workflow_id).signal(SIGNAL_SUBMIT, batch)
    except RPCError as fault:
        if fault.status is RPCStatusCode.NOT_FOUND:
            return 0
        raise
    return len(batch)
