"""The one way to send a command to a running job: inbox first, then an Update with a budget of a few seconds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from time import monotonic
from uuid import UUID, uuid5

from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from models.connections.postgres import begin
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.commands import Command, Outcome, Request
from models.messages.jobs import job_workflow_id
from models.messages.queues import UPDATE_SUBMIT
from models.records import commands as inbox
from models.records.refusals import KeyReused
from models.rules.access import acts_for_others
from models.rules.commands import CommandState, Door, RefusalKind
from models.rules.orders import ENDED

_JOBS_AT_ONCE = 20  # a whole order must not crowd out the taps of single people
_LONGEST_SECONDS = 30.0  # for many jobs together; what is not decided by then is left to the relay
_NAMES = UUID("5f0c7a52-93f4-4bd8-a3f5-0c3f7d1f2a11")  # name space of command ids made from idempotency keys


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks, before it is known where it must go. Without a work order it is meant for a whole job."""

    key: str
    request: Request
    work_order_id: UUID | None = None
    job_id: UUID | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    """A command that is in the inbox, and the job that decides it."""

    job_id: UUID
    command: Command


class _Line:
    """How Temporal and the workers answer, as several deliveries see it together."""

    def __init__(self) -> None:
        self.answered = monotonic()
        self._end = self.answered + _LONGEST_SECONDS
        self._dead = False

    def silent_since(self, began: float) -> None:
        """Note a delivery without an answer; where no other has had one since it began, none is to be expected."""
        self._dead |= self.answered <= began

    def given_up(self) -> bool:
        """Tell whether it is no use, or too late, to try more."""
        return self._dead or monotonic() > self._end


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
    sent, stored = await asyncio.to_thread(_accept, actor, wishes, Door.UPDATE)
    fates = {known: fate.outcome for known, fate in stored.items() if fate.outcome is not None}
    open_ones = [item for item in sent if item.command.id not in fates]
    by_job = [list(items) for _, items in groupby(sorted(open_ones, key=lambda i: i.job_id), key=lambda i: i.job_id)]
    fates |= {outcome.command_id: outcome for outcome in await _deliver_all(client, actor, by_job)}
    return [fates.get(item.command.id) or _pending(item.command) for item in sent]


def queue(actor: Actor, wishes: Sequence[Wish]) -> list[Outcome]:
    """Take commands from a queue or a machine; a relay signals them to their jobs. Raises as `send` does."""
    sent, stored = _accept(actor, wishes, Door.SIGNAL)
    fates = {known: fate.outcome for known, fate in stored.items() if fate.outcome is not None}
    return [fates.get(item.command.id) or _pending(item.command) for item in sent]


def _accept(actor: Actor, wishes: Sequence[Wish], door: Door) -> tuple[list[_Sent], dict[UUID, inbox.Stored]]:
    asked = [_asked(actor, wish) for wish in wishes]
    with begin(actor.sight) as session:
        targets = inbox.accept(session, actor, door, asked)
        known = [item.id for item, target in zip(asked, targets, strict=True) if not target.new]
        stored = inbox.stored(session, known) if known else {}
        for item, wish in zip(asked, wishes, strict=True):
            if item.id in stored and stored[item.id].request_hash != item.request_hash:
                raise KeyReused(wish.key)
    sent = [_sent(actor, item, target, door) for item, target in zip(asked, targets, strict=True)]
    return sent, stored


def _asked(actor: Actor, wish: Wish) -> inbox.Asked:
    return inbox.Asked(
        id=command_id(actor, wish.key), request=wish.request, request_hash=_request_hash(wish),
        work_order_id=wish.work_order_id, job_id=wish.job_id, occurred_at=wish.occurred_at,
        received_at=datetime.now(UTC),
    )  # fmt: skip


def _sent(actor: Actor, asked: inbox.Asked, target: inbox.Target, door: Door) -> _Sent:
    command = Command(
        id=asked.id, request=asked.request, actor_id=actor.user_id,
        may_act_for_others=acts_for_others(actor.permissions, asked.request.action), work_order_id=asked.work_order_id,
        step=target.step, attempt=target.attempt or 1, label=target.label or "", occurred_at=asked.occurred_at,
        received_at=asked.received_at, door=door,
    )  # fmt: skip
    return _Sent(target.job_id, command)


async def _deliver_all(client: Client, actor: Actor, by_job: Sequence[Sequence[_Sent]]) -> list[Outcome]:
    """Deliver to several jobs side by side; once nobody answers any more, the rest is left to the relay."""
    turns, line = asyncio.Semaphore(_JOBS_AT_ONCE), _Line()

    async def deliver(items: Sequence[_Sent]) -> Sequence[Outcome]:
        async with turns:
            return () if line.given_up() else await _deliver(client, actor, items, line)

    return [outcome for outcomes in await asyncio.gather(*map(deliver, by_job)) for outcome in outcomes]


async def _deliver(client: Client, actor: Actor, items: Sequence[_Sent], line: _Line) -> Sequence[Outcome]:
    """Send one job's commands as one Update; an empty answer means that they wait in the inbox."""
    began = monotonic()
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
    except (RPCError, RPCTimeoutOrCancelledError, RuntimeError, TimeoutError) as fault:
        # The client tells of our budget's end, and of a first dial in vain, by errors that are no RPCError.
        if not isinstance(fault, RPCError) or fault.status is not RPCStatusCode.NOT_FOUND:
            line.silent_since(began)
        return await asyncio.to_thread(_fates, actor, items)
    line.answered = monotonic()
    return outcomes


def _refuse(actor: Actor, batch: Sequence[Command], detail: str) -> list[Outcome]:
    with begin(actor.sight) as session:
        return [inbox.refuse(session, command, RefusalKind.WRONG_STATE, detail) for command in batch]


def _fates(actor: Actor, items: Sequence[_Sent]) -> list[Outcome]:
    """Ask the database, which knows whether a workflow is closed or only out of reach."""
    with begin(actor.sight) as session:
        ended = inbox.job_status(session, items[0].job_id) in ENDED
        stored = inbox.stored(session, [item.command.id for item in items])
        found = []
        for item in items:
            known = stored[item.command.id]
            if known.outcome is not None:
                found.append(known.outcome)
            elif ended:
                found.append(inbox.refuse_job_closed(session, item.command))
        return found


def _pending(command: Command) -> Outcome:
    return Outcome(command_id=command.id, state=CommandState.PENDING, work_order_id=command.work_order_id)
