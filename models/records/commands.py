"""The command inbox: what was asked is kept before anybody tries to do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.commands import Command, Outcome, Request
from models.messages.origin import origin
from models.records.refusals import Missing
from models.records.refused_commands import TOLD, told
from models.rules.access import acts_for_others
from models.rules.commands import CommandState, Door, Refusal, RefusalKind

# Where a command must go is looked up by the statement that keeps it: somebody waits for both.
_ACCEPT = text("""
    WITH aimed AS (
        SELECT c.*, coalesce(w.job_id, j.id) AS job, w.step_index, w.attempt, w.code || ' ' || w.name AS label
          FROM jsonb_to_recordset(CAST(:commands AS jsonb)) AS c(place int, id uuid, job_id uuid, work_order_id uuid,
               action text, data jsonb, request_hash text, for_others boolean, occurred_at timestamptz,
               received_at timestamptz)
          LEFT JOIN work_orders w ON w.id = c.work_order_id
          LEFT JOIN jobs j ON j.id = c.job_id AND c.work_order_id IS NULL
    ), kept AS (
        INSERT INTO commands (tenant_id, id, job_id, work_order_id, action, data, request_hash, actor_id,
            acts_for_others, origin, door, state, occurred_at, received_at)
        SELECT :tenant, a.id, a.job, a.work_order_id, a.action, a.data, a.request_hash, CAST(:actor AS uuid),
               a.for_others, CAST(:origin AS jsonb), :door, 'PENDING', a.occurred_at, a.received_at
          FROM aimed a WHERE a.job IS NOT NULL ORDER BY a.place
        ON CONFLICT (tenant_id, id) DO NOTHING
        RETURNING id
    )
    SELECT a.job, a.step_index, a.attempt, a.label, EXISTS (SELECT FROM kept k WHERE k.id = a.id)
      FROM aimed a ORDER BY a.place
""")
_STORED = text("SELECT id, request_hash, state, result FROM commands WHERE id = ANY(:ids)")
_REFUSE = text(f"""
    WITH decided AS (
        UPDATE commands SET state = 'REFUSED', result = CAST(:result AS jsonb), decided_at = now()
         WHERE id = :id AND state = 'PENDING' RETURNING *
    ) {TOLD}
""")  # noqa: S608 - put together from our own constants
_JOB_STATUS = text("SELECT status FROM jobs WHERE id = :id")
_PENDING = text("""
    SELECT c.id, c.job_id, c.work_order_id, c.data, c.actor_id, c.door, c.occurred_at, c.received_at, c.acts_for_others,
           w.step_index, w.attempt, coalesce(w.code || ' ' || w.name, '') AS label, j.status
      FROM commands c JOIN jobs j ON j.id = c.job_id
      LEFT JOIN work_orders w ON w.id = c.work_order_id
     WHERE c.state = 'PENDING' AND (c.door = 'signal' OR c.received_at <= now() - :older_than)
       AND (c.signalled_at IS NULL OR c.signalled_at <= now() - :again_after)
     ORDER BY c.received_at, c.id LIMIT :limit
       FOR UPDATE OF c SKIP LOCKED
""")
# Nobody waits for it any more: what is refused from now on is seen by those who clear up exceptions.
_SIGNALLED = text("UPDATE commands SET signalled_at = now(), door = 'signal' WHERE id = ANY(:ids)")
_UNSIGNALLED = text("UPDATE commands SET signalled_at = NULL WHERE id = ANY(:ids) AND state = 'PENDING'")
_TENANTS = text("SELECT tenants_with_commands(:older_than)")
_ACKNOWLEDGE = text("""
    UPDATE commands SET acknowledged_at = now(), acknowledged_by = :user
     WHERE id = :id AND state = 'REFUSED' AND acknowledged_at IS NULL RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks of a work order, or of a whole job; the hash tells a repetition from another request."""

    id: UUID
    request: Request
    request_hash: str
    work_order_id: UUID | None
    job_id: UUID | None
    occurred_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What the inbox knows of a command."""

    request_hash: str
    state: CommandState
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a command must go, and whether its id is new."""

    job_id: UUID
    step: int | None
    attempt: int | None
    label: str | None
    new: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A command nobody has decided yet."""

    job_id: UUID
    command: Command
    job_ended: bool


def job_status(session: Session, job_id: UUID) -> str | None:
    """Return the state of a job."""
    return session.execute(_JOB_STATUS, {"id": job_id}).scalar()


def accept(session: Session, actor: Actor, door: Door, asked: Sequence[Asked]) -> list[Target]:
    """Put commands into the inbox and return where each must go; one whose id is known is left as it is.

    Raises Missing for a work order or job this tenant does not have.
    """
    here = origin.get()
    values = {
        "tenant": actor.tenant_id, "actor": actor.user_id, "door": door, "commands": _as_json(actor, asked),
        "origin": here.model_dump_json(exclude_none=True) if here else None,
    }  # fmt: skip
    targets = [Target(*row) for row in session.execute(_ACCEPT, values)]
    for item, target in zip(asked, targets, strict=True):
        if target.job_id is None:
            raise Missing("work order", item.work_order_id) if item.work_order_id else Missing("job", item.job_id)
    return targets


def _as_json(actor: Actor, asked: Sequence[Asked]) -> str:
    rows = ",".join(
        f'{{"place":{place},"id":"{item.id}","job_id":{_quoted(item.job_id)},'
        f'"work_order_id":{_quoted(item.work_order_id)},"action":"{item.request.action.value}",'
        f'"data":{item.request.model_dump_json()},"request_hash":"{item.request_hash}",'
        f'"for_others":{str(acts_for_others(actor.permissions, item.request.action)).lower()},'
        f'"occurred_at":{_quoted(item.occurred_at)},"received_at":"{item.received_at.isoformat()}"}}'
        for place, item in enumerate(asked)
    )
    return f"[{rows}]"


def _quoted(value: object | None) -> str:
    return "null" if value is None else f'"{value}"'


def refuse(session: Session, command: Command, kind: RefusalKind, detail: str) -> Outcome:
    """Store that a command came to nothing before any workflow saw it, tell the audit trail, and return that fate."""
    outcome = Outcome(
        command_id=command.id, state=CommandState.REFUSED, refusal=Refusal(kind, detail),
        work_order_id=command.work_order_id,
    )  # fmt: skip
    values = {"id": command.id, "result": outcome.model_dump_json(), "audit": told(command, outcome)}
    session.execute(_REFUSE, values)
    return outcome


def refuse_job_closed(session: Session, command: Command) -> Outcome:
    """Store that a command met a job that had ended."""
    detail = "This job has ended; nothing on it can be changed any more."
    return refuse(session, command, RefusalKind.JOB_CLOSED, detail)


def stored(session: Session, command_ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return what the inbox knows of commands; unknown ones are missing."""
    return {
        row.id: Stored(
            row.request_hash,
            CommandState(row.state),
            Outcome.model_validate(row.result) if row.result is not None else None,
        )
        for row in session.execute(_STORED, {"ids": list(command_ids)})
    }


def undelivered(
    session: Session, *, older_than: timedelta, again_after: timedelta, limit: int = 200
) -> list[Undelivered]:
    """Lock and return undecided commands in the order they came; other relays pass over them meanwhile.

    Those of people who wait are given the time to be decided by their Update; queued ones go at once.
    """
    rows = session.execute(_PENDING, {"older_than": older_than, "again_after": again_after, "limit": limit}).all()
    return [
        Undelivered(
            job_id=row.job_id,
            job_ended=row.status in ("DONE", "CANCELLED"),
            command=Command.model_validate({
                "id": row.id, "request": row.data, "actor_id": row.actor_id, "work_order_id": row.work_order_id,
                "step": row.step_index, "attempt": row.attempt or 1, "label": row.label,
                "occurred_at": row.occurred_at, "received_at": row.received_at, "door": Door(row.door),
                "may_act_for_others": row.acts_for_others,
            }),
        )
        for row in rows
    ]  # fmt: skip


def mark_signalled(session: Session, command_ids: Sequence[UUID]) -> None:
    """Note that commands were handed to Temporal; they are tried again only if no fate shows up."""
    session.execute(_SIGNALLED, {"ids": list(command_ids)})


def unmark_signalled(session: Session, command_ids: Sequence[UUID]) -> None:
    """Note that commands did not reach Temporal after all."""
    session.execute(_UNSIGNALLED, {"ids": list(command_ids)})


def tenants_waiting(session: Session, older_than: timedelta) -> list[UUID]:
    """Return the tenants that have undecided commands, whatever tenant the session is bound to."""
    return list(session.execute(_TENANTS, {"older_than": older_than}).scalars())


def acknowledge(session: Session, command_id: UUID, user_id: UUID) -> bool:
    """Take a refused command off the exceptions list; False where it is not on it."""
    return session.execute(_ACKNOWLEDGE, {"id": command_id, "user": user_id}).first() is not None
