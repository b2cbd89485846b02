"""The command inbox: what was asked is kept before anybody tries to do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.commands import Command, Outcome
from models.records.refusals import Missing
from models.rules.access import Permission, Role, may
from models.rules.commands import CommandState, Door, Refusal, RefusalKind

_ACCEPT = text("""
    INSERT INTO commands (tenant_id, id, job_id, work_order_id, action, data, request_hash, actor_id, door, state,
        occurred_at, received_at)
    SELECT :tenant, c.id, c.job_id, c.work_order_id, c.action, c.data, c.request_hash, :actor, :door, 'PENDING',
           c.occurred_at, c.received_at
      FROM jsonb_to_recordset(CAST(:commands AS jsonb)) AS c(id uuid, job_id uuid, work_order_id uuid, action text,
           data jsonb, request_hash text, occurred_at timestamptz, received_at timestamptz)
    ON CONFLICT (tenant_id, id) DO NOTHING
    RETURNING id
""")
_STORED = text("SELECT id, request_hash, state, result FROM commands WHERE id = ANY(:ids)")
_REFUSE = text("""
    UPDATE commands SET state = 'REFUSED', result = CAST(:result AS jsonb), decided_at = now()
     WHERE id = :id AND state = 'PENDING'
""")
_TARGETS = text("""
    SELECT w.id, w.job_id, w.step_index, w.attempt, w.code || ' ' || w.name AS label
      FROM work_orders w WHERE w.id = ANY(:ids)
""")
_JOBS = text("SELECT id FROM jobs WHERE id = ANY(:ids)")
_JOB_STATUS = text("SELECT status FROM jobs WHERE id = :id")
_PENDING = text("""
    SELECT c.id, c.job_id, c.work_order_id, c.data, c.actor_id, c.door, c.occurred_at, c.received_at, u.role,
           w.step_index, w.attempt, coalesce(w.code || ' ' || w.name, '') AS label, j.status
      FROM commands c JOIN users u ON u.id = c.actor_id JOIN jobs j ON j.id = c.job_id
      LEFT JOIN work_orders w ON w.id = c.work_order_id
     WHERE c.state = 'PENDING' AND (c.door = 'signal' OR c.received_at <= now() - :older_than)
       AND (c.signalled_at IS NULL OR c.signalled_at <= now() - :again_after)
     ORDER BY c.received_at, c.id LIMIT :limit
       FOR UPDATE OF c SKIP LOCKED
""")
_SIGNALLED = text("UPDATE commands SET signalled_at = now() WHERE id = ANY(:ids)")
_UNSIGNALLED = text("UPDATE commands SET signalled_at = NULL WHERE id = ANY(:ids) AND state = 'PENDING'")
_TENANTS = text("SELECT tenants_with_commands(:older_than)")
_ACKNOWLEDGE = text("""
    UPDATE commands SET acknowledged_at = now(), acknowledged_by = :user
     WHERE id = :id AND state = 'REFUSED' AND acknowledged_at IS NULL RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it enters the inbox, with the hash that tells a repetition from another request of the same key."""

    job_id: UUID
    command: Command
    request_hash: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What the inbox knows of a command."""

    request_hash: str
    state: CommandState
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a command for a work order must go."""

    job_id: UUID
    step: int
    attempt: int
    label: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A command nobody has decided yet."""

    job_id: UUID
    command: Command
    job_ended: bool


def targets(session: Session, work_order_ids: Sequence[UUID]) -> dict[UUID, Target]:
    """Return where the commands for these work orders must go; unknown ones are missing."""
    rows = session.execute(_TARGETS, {"ids": list(work_order_ids)})
    return {row.id: Target(row.job_id, row.step_index, row.attempt, row.label) for row in rows}


def check_jobs(session: Session, job_ids: Sequence[UUID]) -> None:
    """Raise Missing where one of these jobs is not this tenant's."""
    if not job_ids:
        return
    known = set(session.execute(_JOBS, {"ids": list(job_ids)}).scalars())
    for job_id in job_ids:
        if job_id not in known:
            raise Missing("job", job_id)


def job_status(session: Session, job_id: UUID) -> str | None:
    """Return the state of a job."""
    return session.execute(_JOB_STATUS, {"id": job_id}).scalar()


def accept(session: Session, tenant_id: UUID, actor_id: UUID, asked: Sequence[Asked]) -> dict[UUID, Stored]:
    """Put commands into the inbox; return what was stored earlier under those ids that are not new."""
    new = set(session.execute(_ACCEPT, {
        "tenant": tenant_id, "actor": actor_id, "door": asked[0].command.door, "commands": _as_json(asked),
    }).scalars())  # fmt: skip
    known = [item.command.id for item in asked if item.command.id not in new]
    if not known:
        return {}
    rows = session.execute(_STORED, {"ids": known})
    return {
        row.id: Stored(
            row.request_hash,
            CommandState(row.state),
            Outcome.model_validate(row.result) if row.result is not None else None,
        )
        for row in rows
    }


def _as_json(asked: Sequence[Asked]) -> str:
    rows = ",".join(
        f'{{"id":"{item.command.id}","job_id":"{item.job_id}",'
        f'"work_order_id":{_quoted(item.command.work_order_id)},"action":"{item.command.request.action.value}",'
        f'"data":{item.command.request.model_dump_json()},"request_hash":"{item.request_hash}",'
        f'"occurred_at":{_quoted(item.command.occurred_at)},"received_at":"{item.command.received_at.isoformat()}"}}'
        for item in asked
    )
    return f"[{rows}]"


def _quoted(value: object | None) -> str:
    return "null" if value is None else f'"{value}"'


def refuse(session: Session, command: Command, kind: RefusalKind, detail: str) -> Outcome:
    """Store that a command came to nothing before any workflow saw it, and return that fate."""
    outcome = Outcome(
        command_id=command.id, state=CommandState.REFUSED, refusal=Refusal(kind, detail),
        work_order_id=command.work_order_id,
    )  # fmt: skip
    session.execute(_REFUSE, {"id": command.id, "result": outcome.model_dump_json()})
    return outcome


def refuse_job_closed(session: Session, command: Command) -> Outcome:
    """Store that a command met a job that had ended."""
    detail = "This job has ended; nothing on it can be changed any more."
    return refuse(session, command, RefusalKind.JOB_CLOSED, detail)


def stored(session: Session, command_id: UUID) -> Stored | None:
    """Return what the inbox knows of one command."""
    row = session.execute(_STORED, {"ids": [command_id]}).first()
    if row is None:
        return None
    outcome = Outcome.model_validate(row.result) if row.result is not None else None
    return Stored(row.request_hash, CommandState(row.state), outcome)


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
                "may_act_for_others": may(Role(row.role), Permission.WORK_ORDERS_CONTROL),
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
