"""The one way to send a command to a running job: inbox first, then an Update with a budget of a few seconds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from uuid import UUID, uuid5

from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from models.connections.postgres import begin
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.commands import Command, Outcome, Request
from models.messages.jobs import job_workflow_id
from models.messages.queues import UPDATE_SUBMIT
from models.records import commands as inbox
from models.records.refusals import KeyReused, Missing
from models.rules.access import Permission, may
from models.rules.commands import CommandState, Door, RefusalKind
from models.rules.orders import ENDED

_NAMES = UUID("5f0c7a52-93f4-4bd8-a3f5-0c3f7d1f2a11")  # name space of command ids made from idempotency keys


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks, before it is known where it must go. Without a work order it is meant for a whole job."""

    key: str
    request: Request
    work_order_id: UUID | None = None
    job_id: UUID | None = None
    occurred_at: datetime | None = None


def command_id(actor: Actor, key: str) -> UUID:
    """Return the id a person's key stands for: the same key of the same person is the same command, for ever."""
    return uuid5(_NAMES, f"{actor.tenant_id}:{actor.user_id}:{key}")


def _request_hash(wish: Wish) -> str:
    parts = (wish.work_order_id, wish.job_id, wish.request.model_dump_json())
    return sha256("|".join(map(str, parts)).encode()).hexdigest()


async def send(client: Client, actor: Actor, wishes: Sequence[Wish]) -> list[Outcome]:
    """Have commands decided while the person waits; what takes too long comes back PENDING and is delivered later.

    Raises Missing for an unknown work order or job, KeyReused for a key that came with another request.
    """
    asked, stored = await asyncio.to_thread(_accept, actor, wishes, Door.UPDATE)
    fates = {known: fate.outcome for known, fate in stored.items() if fate.outcome is not None}
    open_ones = [item for item in asked if item.command.id not in fates]
    by_job = [list(items) for _, items in groupby(sorted(open_ones, key=lambda i: i.job_id), key=lambda i: i.job_id)]
    for outcomes in await asyncio.gather(*(_deliver(client, actor, items) for items in by_job)):
        fates |= {outcome.command_id: outcome for outcome in outcomes}
    return [fates.get(item.command.id) or _pending(item.command) for item in asked]


def queue(actor: Actor, wishes: Sequence[Wish]) -> list[Outcome]:
    """Take commands from a queue or a machine; a relay signals them to their jobs. Raises as `send` does."""
    asked, stored = _accept(actor, wishes, Door.SIGNAL)
    fates = {known: fate.outcome for known, fate in stored.items() if fate.outcome is not None}
    return [fates.get(item.command.id) or _pending(item.command) for item in asked]


def _accept(actor: Actor, wishes: Sequence[Wish], door: Door) -> tuple[list[inbox.Asked], dict[UUID, inbox.Stored]]:
    with begin(actor.tenant_id) as session:
        wanted = [wish.work_order_id for wish in wishes if wish.work_order_id is not None]
        targets = inbox.targets(session, wanted) if wanted else {}
        asked = [_asked(actor, wish, targets, door) for wish in wishes]
        inbox.check_jobs(session, [wish.job_id for wish in wishes if wish.job_id is not None])
        stored = inbox.accept(session, actor.tenant_id, actor.user_id, asked)
        for item, wish in zip(asked, wishes, strict=True):
            known = stored.get(item.command.id)
            if known is not None and known.request_hash != item.request_hash:
                raise KeyReused(wish.key)
    return asked, stored


def _asked(actor: Actor, wish: Wish, targets: dict[UUID, inbox.Target], door: Door) -> inbox.Asked:
    target = targets.get(wish.work_order_id) if wish.work_order_id else None
    job_id = target.job_id if target else wish.job_id
    if job_id is None or (wish.work_order_id and target is None):
        raise Missing("work order", wish.work_order_id)
    command = Command(
        id=command_id(actor, wish.key), request=wish.request, actor_id=actor.user_id,
        may_act_for_others=may(actor.role, Permission.WORK_ORDERS_CONTROL), work_order_id=wish.work_order_id,
        step=target.step if target else None, attempt=target.attempt if target else 1,
        label=target.label if target else "", occurred_at=wish.occurred_at, received_at=datetime.now(UTC), door=door,
    )  # fmt: skip
    return inbox.Asked(job_id, command, _request_hash(wish))


async def _deliver(client: Client, actor: Actor, items: Sequence[inbox.Asked]) -> Sequence[Outcome]:
    """Send one job's commands as one Update; an empty answer means that they wait in the inbox."""
    batch = [item.command for item in items]
    handle = client.get_workflow_handle(job_workflow_id(actor.tenant_id, items[0].job_id))
    try:
        async with asyncio.timeout(settings().factoryos_update_seconds):
            outcomes: list[Outcome] = await handle.execute_update(
                UPDATE_SUBMIT, batch, id=str(batch[0].id), result_type=list[Outcome]
            )
    except WorkflowUpdateFailedError as failure:
        if isinstance(failure.cause, ApplicationError) and failure.cause.type == "BadBatch":
            return await asyncio.to_thread(_refuse, actor, batch, failure.cause.message)
        return await asyncio.to_thread(_fates, actor, items)
    except (RPCError, RPCTimeoutOrCancelledError, RuntimeError, TimeoutError):
        # The client tells of our budget's end, and of a first dial in vain, by errors that are no RPCError.
        return await asyncio.to_thread(_fates, actor, items)
    return outcomes


def _refuse(actor: Actor, batch: Sequence[Command], detail: str) -> list[Outcome]:
    with begin(actor.tenant_id) as session:
        return [inbox.refuse(session, command, RefusalKind.WRONG_STATE, detail) for command in batch]


def _fates(actor: Actor, items: Sequence[inbox.Asked]) -> list[Outcome]:
    """Ask the database, which knows whether a workflow is closed or only out of reach."""
    with begin(actor.tenant_id) as session:
        ended = inbox.job_status(session, items[0].job_id) in ENDED
        found = []
        for item in items:
            known = inbox.stored(session, item.command.id)
            if known is not None and known.outcome is not None:
                found.append(known.outcome)
            elif ended:
                found.append(inbox.refuse_job_closed(session, item.command))
        return found


def _pending(command: Command) -> Outcome:
    return Outcome(command_id=command.id, state=CommandState.PENDING, work_order_id=command.work_order_id)
