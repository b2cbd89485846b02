"""What came late and was refused, asked once more: by whoever resolves it, in their own name, now."""

import asyncio
from uuid import UUID

from temporalio.client import Client

from api.commands import Wish, send
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.commands import Outcome
from models.records import command_views, commands
from models.records.refusals import Conflict
from models.rules.commands import CommandState, RefusalKind
from models.rules.sentences import Sentence

# What will be refused for ever, however often it is asked.
FINAL = frozenset({
    RefusalKind.JOB_CLOSED, RefusalKind.STALE_ATTEMPT, RefusalKind.NO_SUCH_STEP, RefusalKind.CANNOT_BE_STORED,
    RefusalKind.BAD_TIME,
})  # fmt: skip


async def retry(client: Client, actor: Actor, command_id: UUID, key: str) -> Outcome:
    """Send what a refused command asked once more; accepted, the old one leaves the list. Raises Missing, Conflict."""
    wish = await asyncio.to_thread(_wish, actor, command_id, key)
    (outcome,) = await send(client, actor, [wish])
    if outcome.state is not CommandState.REFUSED:
        await asyncio.to_thread(_acknowledge, actor, command_id)
    return outcome


def _wish(actor: Actor, command_id: UUID, key: str) -> Wish:
    with read(actor.sight) as session:
        before = command_views.command(session, command_id)
        request = command_views.request_of(session, command_id)
    refusal = before.result.refusal if before.result else None
    if before.state is not CommandState.REFUSED or refusal is None:
        raise Conflict("Only a refused command can be tried again.")
    if refusal.kind in FINAL:
        raise Conflict(Sentence("This would be refused again: {why}", why=refusal.words))
    job_id = before.job_id if before.work_order_id is None else None
    return Wish(key, request, before.work_order_id, job_id)


def _acknowledge(actor: Actor, command_id: UUID) -> None:
    with begin(actor.sight) as session:
        commands.acknowledge(session, command_id, actor.user_id)
