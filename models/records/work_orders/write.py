"""The one statement that writes an accepted move with all that hangs on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.audit import AuditEntry
from models.messages.commands import Command, CompleteWorkOrder, Outcome
from models.records.errors import StateSkew
from models.records.refused_commands import TOLD, told
from models.records.work_orders.rows import JobRow, WorkOrderRow
from models.rules import audit
from models.rules.jobs import Decision
from models.rules.work_orders import Action

_FATE = """
    INSERT INTO commands (tenant_id, id, job_id, work_order_id, action, data, request_hash, actor_id, door, state,
        result, occurred_at, received_at, decided_at)
    VALUES (:tenant, :command, :job, :target, :action, CAST(:request AS jsonb), '', :actor, :door, :fate,
        CAST(:result AS jsonb), :occurred_at, :received_at, now())
    ON CONFLICT (tenant_id, id) DO UPDATE SET state = excluded.state, result = excluded.result,
        decided_at = excluded.decided_at WHERE commands.state = 'PENDING'
"""
_MOVE = f"""
    WITH wanted AS (
        SELECT * FROM jsonb_to_recordset(CAST(:changes AS jsonb))
            AS c(step int, attempt int, before text, after text, quantity numeric)
    ), changed AS (
        UPDATE work_orders w SET
            state = c.after,
            quantity = coalesce(c.quantity, w.quantity),
            ready_at = CASE WHEN c.after = 'READY' AND c.before <> 'READY' THEN now() ELSE w.ready_at END,
            started_at = CASE WHEN c.after = 'IN_PROGRESS' THEN coalesce(w.started_at, :at) ELSE w.started_at END,
            ended_at = CASE WHEN c.after IN ('COMPLETED', 'SKIPPED', 'CANCELLED')
                            THEN greatest(:at, w.started_at) END,
            good = w.good + CASE WHEN w.id = :work_order THEN :good ELSE 0 END,
            scrapped = w.scrapped + CASE WHEN w.id = :work_order THEN :scrapped ELSE 0 END,
            rejected = w.rejected + CASE WHEN w.id = :work_order THEN :rejected ELSE 0 END,
            held = CASE WHEN c.after IN ('COMPLETED', 'SKIPPED', 'CANCELLED') THEN false
                        WHEN w.id = :work_order THEN coalesce(:held, w.held) ELSE w.held END,
            hold_reason = CASE WHEN w.id = :work_order AND :held IS NOT NULL THEN :reason ELSE w.hold_reason END,
            assignee_id = CASE WHEN w.id = :work_order THEN CASE WHEN :assigns THEN CAST(:assignee AS uuid)
                               ELSE coalesce(w.assignee_id, CAST(:assignee AS uuid)) END ELSE w.assignee_id END,
            team_id = CASE WHEN w.id = :work_order AND :assigns THEN CAST(:team AS uuid) ELSE w.team_id END
          FROM wanted c
         WHERE w.job_id = :job AND w.step_index = c.step AND w.attempt = c.attempt AND w.state = c.before
        RETURNING w.id, w.job_id, c.before, c.after
    ), stopped AS (
        UPDATE time_entries t SET
            ended_at = greatest(t.started_at, :at),
            minutes = CASE WHEN CAST(:minutes AS numeric) IS NULL
                THEN round(extract(epoch FROM greatest(t.started_at, :at) - t.started_at) / 60, 6)
                ELSE greatest(0, CAST(:minutes AS numeric) - (SELECT coalesce(sum(e.minutes), 0) FROM time_entries e
                    WHERE e.work_order_id = t.work_order_id AND e.ended_at IS NOT NULL)) END,
            stated = CAST(:minutes AS numeric) IS NOT NULL
          FROM changed c
         WHERE t.work_order_id = c.id AND t.ended_at IS NULL AND c.before = 'IN_PROGRESS' AND c.after <> 'IN_PROGRESS'
    ), started AS (
        INSERT INTO time_entries (tenant_id, id, work_order_id, user_id, started_at, stated)
        SELECT :tenant, :entry, c.id, :actor, :at, false
          FROM changed c WHERE c.after = 'IN_PROGRESS' AND c.before <> 'IN_PROGRESS'
    ), fact AS (
        INSERT INTO job_events (tenant_id, job_id, seq, kind, command_id, work_order_id, actor_id, data, occurred_at,
            recorded_at)
        VALUES (:tenant, :job, :seq, :kind, :command, :work_order, :actor, CAST(:event AS jsonb), :at, now())
    ), told AS (
        INSERT INTO outbox (tenant_id, key, topic, data, created_at)
        VALUES (:tenant, :outbox_key, 'audit', CAST(:audit AS jsonb) || jsonb_build_object('origin',
            (SELECT c.origin FROM commands c WHERE c.tenant_id = :tenant AND c.id = :command)), now())
    ), job AS (
        UPDATE jobs SET seq = :seq, status = coalesce(:status, status),
            started_at = CASE WHEN :status = 'IN_PROGRESS' THEN coalesce(started_at, :at) ELSE started_at END,
            held = CASE WHEN :whole_job THEN coalesce(:held, held) ELSE held END,
            hold_reason = CASE WHEN :whole_job AND :held IS NOT NULL THEN :reason ELSE hold_reason END
         WHERE id = :job
    ), fate AS ({_FATE}
    {{more}})
    SELECT count(*) FROM changed
"""  # noqa: S608 - put together from our own constants
# Few moves open new attempts, record data or put pieces aside; the others are spared these parts.
_MORE = """
    ), opened AS (
        INSERT INTO work_orders (tenant_id, id, code, job_id, step_index, step_key, name, attempt, state, held,
            work_center_id, optional, quality_gate, skills, priority, due_at, planned_minutes, quantity, returned,
            retrieved, good, scrapped, rejected, ready_at)
        SELECT p.tenant_id, o.id, o.code, p.job_id, p.step_index, p.step_key, p.name, o.attempt, o.state, false,
               p.work_center_id, p.optional, p.quality_gate, p.skills, p.priority, p.due_at, p.planned_minutes,
               o.quantity, o.returned, o.retrieved, 0, 0, 0, CASE WHEN o.state = 'READY' THEN now() END
          FROM jsonb_to_recordset(CAST(:openings AS jsonb))
               AS o(id uuid, code text, step int, attempt int, state text, quantity numeric, returned numeric,
                    retrieved numeric)
          JOIN work_orders p ON p.job_id = :job AND p.step_index = o.step AND p.attempt = o.attempt - 1
        RETURNING id
    ), collected AS (
        INSERT INTO collected_data (tenant_id, work_order_id, key, value, recorded_by, recorded_at)
        SELECT :tenant, :work_order, d.key, d.value, :actor, :at FROM jsonb_each(CAST(:data AS jsonb)) d
        ON CONFLICT (work_order_id, key) DO UPDATE SET value = excluded.value, recorded_by = excluded.recorded_by,
            recorded_at = excluded.recorded_at
    ), put_aside AS (
        INSERT INTO rejections (tenant_id, id, work_order_id, quantity, kind, reason, recorded_by, recorded_at)
        SELECT :tenant, r.id, :work_order, r.quantity, r.kind, :reason, :actor, :at
          FROM jsonb_to_recordset(CAST(:put_aside AS jsonb)) AS r(id uuid, quantity numeric, kind text)
"""


def _on_one_line(statement: str) -> TextClause:
    """Return a statement without its layout: the driver reads texts of more than 4,096 letters anew every time."""
    return text(" ".join(statement.split()))


_MOVE_ALONE, _MOVE_AND_MORE = (_on_one_line(_MOVE.format(more=more)) for more in ("", _MORE))
_FATE_AND_TOLD = _on_one_line(f"WITH decided AS ({_FATE} RETURNING *) {TOLD}")

_BEGUN = text("""
    WITH o AS (UPDATE orders SET status = 'IN_PROGRESS', row_version = row_version + 1
                WHERE id = :order AND status = 'PLANNED')
    UPDATE manufacturing_orders SET status = 'IN_PROGRESS' WHERE id = :mo AND status = 'PLANNED'
""")


@dataclass(frozen=True, slots=True)
class Fact:
    """An accepted move, ready to be written."""

    tenant_id: UUID
    job: JobRow
    seq: int
    command: Command
    decision: Decision
    row: WorkOrderRow | None
    data: Mapping[str, Any]
    codes: tuple[str, ...]
    at: datetime


def write(session: Session, fact: Fact, outcome: Outcome) -> None:
    """Write one accepted move and its command's fate.

    Raises StateSkew where a work order was not in the state the move starts from.
    """
    decision, action = fact.decision, fact.command.request.action
    kind = audit.tag(action, whole_job=fact.row is None)
    values = {
        **_fate(fact.tenant_id, fact.job.id, fact.command, outcome),
        "seq": fact.seq, "kind": kind, "at": fact.at, "entry": new_id(),
        "work_order": fact.row.id if fact.row else None, "whole_job": fact.row is None,
        "changes": _json([vars_of(change) for change in decision.changes]),
        "good": decision.pieces.good, "scrapped": decision.pieces.scrapped, "rejected": decision.pieces.rejected,
        "held": decision.held, "reason": getattr(fact.command.request, "reason", None), "status": decision.status,
        "minutes": _minutes(fact), "assigns": action is Action.ASSIGN, "assignee": _assignee(fact),
        "team": getattr(fact.command.request, "team_id", None),
        "event": fact.command.request.model_dump_json(exclude={"action"}, exclude_none=True),
        "outbox_key": f"audit:{fact.command.id}", "audit": _audit(fact, kind),
    }  # fmt: skip
    more = {"openings": _openings(fact), "data": fact.data, "put_aside": _put_aside(fact)}
    if any(more.values()):
        values |= {name: _json(value) for name, value in more.items()}
    changed = session.execute(_MOVE_AND_MORE if any(more.values()) else _MOVE_ALONE, values).scalar_one()
    if changed != len(decision.changes):
        raise StateSkew(f"{changed} of {len(decision.changes)} work orders were in the state this move starts from.")
    if decision.status is not None and decision.status == "IN_PROGRESS":
        session.execute(_BEGUN, {"order": fact.job.order_id, "mo": fact.job.manufacturing_order_id})


def write_refusal(session: Session, tenant_id: UUID, job_id: UUID, command: Command, outcome: Outcome) -> None:
    """Store that a command came to nothing, whether or not the inbox saw it before, and tell the audit trail."""
    session.execute(_FATE_AND_TOLD, _fate(tenant_id, job_id, command, outcome) | {"audit": told(command, outcome)})


def _fate(tenant_id: UUID, job_id: UUID, command: Command, outcome: Outcome) -> dict[str, Any]:
    return {
        "tenant": tenant_id, "command": command.id, "job": job_id, "target": command.work_order_id,
        "action": command.request.action, "request": command.request.model_dump_json(), "actor": command.actor_id,
        "door": command.door, "fate": outcome.state, "result": outcome.model_dump_json(),
        "occurred_at": command.occurred_at, "received_at": command.received_at,
    }  # fmt: skip


def vars_of(row: object) -> dict[str, Any]:
    """Return the fields of a slotted dataclass, shallow."""
    return {name: getattr(row, name) for name in row.__slots__}  # type: ignore[attr-defined] # only slotted rows come here


def _json(value: object) -> str:
    return json.dumps(value, default=str)


def _openings(fact: Fact) -> list[dict[str, Any]]:
    openings = zip(fact.decision.openings, fact.codes, strict=True)
    return [{**vars_of(opening), "id": new_id(), "code": code} for opening, code in openings]


def _put_aside(fact: Fact) -> list[dict[str, Any]]:
    pieces = fact.decision.pieces
    kinds = (("scrapped", pieces.scrapped), ("rejected", pieces.rejected))
    return [{"id": new_id(), "kind": kind, "quantity": quantity} for kind, quantity in kinds if quantity > 0]


def _minutes(fact: Fact) -> Decimal | None:
    request = fact.command.request
    return request.minutes if isinstance(request, CompleteWorkOrder) else None


def _assignee(fact: Fact) -> UUID | None:
    request = fact.command.request
    if request.action is Action.ASSIGN:
        return request.user_id
    return fact.command.actor_id if request.action is Action.START else None


def _audit(fact: Fact, kind: str) -> str:
    row, decision = fact.row, fact.decision
    before: dict[str, Any] = {"seq": fact.seq - 1, "status": fact.job.status}
    after: dict[str, Any] = {"seq": fact.seq, "status": decision.status or fact.job.status}
    if row is not None:
        own = next((c for c in decision.changes if (c.step, c.attempt) == (row.step_index, row.attempt)), None)
        before |= {
            "code": row.code,
            "state": row.state,
            "assignee": row.assignee_id,
            "team": row.team_id,
            "good": f"{row.good.normalize():f}",
        }
        after |= {"code": row.code, "state": own.after if own else row.state, **_pieces(fact)}
    request = fact.command.request.model_dump(mode="json", exclude={"action"}, exclude_none=True)
    return AuditEntry(
        id=fact.command.id, action=kind, module=kind.split(":", 1)[0], user_id=fact.command.actor_id, timestamp=fact.at,
        subject_id=row.id if row else fact.job.id, command_id=fact.command.id, before=before,
        after={**after, "job": fact.job.code, "request": request},
    ).model_dump_json()  # fmt: skip


def _pieces(fact: Fact) -> dict[str, str]:
    pieces = fact.decision.pieces
    return {name: f"{getattr(pieces, name).normalize():f}" for name in ("good", "scrapped", "rejected")}
