from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from models.tables.base import Row, document, exact, identity, instant, reference

# As the rule `standing` says it, in the lines PostgreSQL keeps it in: by them tables and migrations are compared.
_STANDING = text("""(
CASE
    WHEN ended_at IS NOT NULL THEN 2
    WHEN state = 'WAITING' THEN 1
    ELSE 0
END)""")


def _codes() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))


class WorkOrder(Row, table=True):
    """One attempt at one step of a job. Rework opens the next attempt and leaves this row as it is.

    `quantity` is what this attempt was given. Of these pieces `returned` had been counted good here before, and
    `retrieved` had been put aside as rejected; a step's net output is the sum of good - returned over its attempts.
    """

    __tablename__ = "work_orders"
    __table_args__ = (
        UniqueConstraint("job_id", "step_index", "attempt"),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint(
            "state IN ('WAITING','READY','IN_PROGRESS','PAUSED','COMPLETED','SKIPPED','CANCELLED')",
            name="work_orders_state_known",
        ),
        CheckConstraint("good + scrapped + rejected <= quantity", name="work_orders_pieces_add_up"),
        CheckConstraint("good >= 0 AND scrapped >= 0 AND rejected >= 0", name="work_orders_pieces_not_negative"),
        Index("work_orders_by_center", "tenant_id", "work_center_id", "due_at", "id"),
        Index("work_orders_by_center_standing", "tenant_id", "work_center_id", _STANDING, "due_at", "id"),
        Index("work_orders_by_assignee", "tenant_id", "assignee_id", "state", "due_at", "id"),
        Index(
            "work_orders_by_team",
            "tenant_id",
            "team_id",
            "state",
            "due_at",
            "id",
            postgresql_where="team_id IS NOT NULL",
        ),
        Index("work_orders_by_state", "tenant_id", "state", "due_at", "id"),
        Index("work_orders_by_due", "tenant_id", "due_at", "id"),
        Index("work_orders_by_standing", "tenant_id", _STANDING, "due_at", "id"),
        Index(
            "work_orders_by_end",
            "tenant_id",
            "ended_at",
            postgresql_include=["state", "assignee_id", "good", "scrapped", "rejected"],
            postgresql_where="ended_at IS NOT NULL",
        ),
        Index(
            "work_orders_open",
            "tenant_id",
            "job_id",
            postgresql_include=["work_center_id", "state", "held", "planned_minutes"],
            postgresql_where="ended_at IS NULL",
        ),
        Index("work_orders_open_by_due", "tenant_id", "due_at", "id", postgresql_where="ended_at IS NULL"),
        Index("work_orders_by_name", "tenant_id", "name"),
        Index("work_orders_by_priority", "tenant_id", "priority", "id"),
        Index("work_orders_held", "tenant_id", "due_at", "id", postgresql_where="held"),
        Index(
            "work_orders_for_nobody",
            "tenant_id",
            "due_at",
            "id",
            postgresql_where="assignee_id IS NULL AND team_id IS NULL",
        ),
    )

    id: UUID = identity()
    code: str = Field(max_length=32)
    job_id: UUID = reference("jobs.id")
    step_index: int
    step_key: str = Field(max_length=64)
    name: str = Field(max_length=200)
    attempt: int = 1
    state: str = Field(default="WAITING", max_length=16)
    held: bool = False
    hold_reason: str | None = None
    work_center_id: UUID = reference("work_centers.id")
    assignee_id: UUID | None = reference("users.id", nullable=True)
    team_id: UUID | None = reference("teams.id", nullable=True)
    optional: bool = False
    quality_gate: bool = False
    skills: list[str] = Field(default_factory=list, sa_column=_codes())
    priority: int = 3
    due_at: datetime = instant(nullable=False)
    planned_minutes: Decimal = exact()
    quantity: Decimal = exact()
    returned: Decimal = exact(default="0")
    retrieved: Decimal = exact(default="0")
    good: Decimal = exact(default="0")
    scrapped: Decimal = exact(default="0")
    rejected: Decimal = exact(default="0")
    ready_at: datetime | None = instant()
    started_at: datetime | None = instant()
    ended_at: datetime | None = instant()


class TimeEntry(Row, table=True):
    """One person's interval on a work order. `minutes` is the clock's, or what the person stated."""

    __tablename__ = "time_entries"
    __table_args__ = (
        Index("time_entries_open", "work_order_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("time_entries_by_work_order", "work_order_id"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="time_entries_forward"),
    )

    id: UUID = identity()
    work_order_id: UUID = reference("work_orders.id")
    user_id: UUID = reference("users.id")
    started_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()
    minutes: Decimal | None = exact(nullable=True)
    stated: bool = False


class CollectedData(Row, table=True):
    """One value an operator recorded on a work order; `value` is JSON of the field's kind."""

    __tablename__ = "collected_data"

    work_order_id: UUID = Field(foreign_key="work_orders.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=64)
    value: Any = document()
    recorded_by: UUID = reference("users.id")
    recorded_at: datetime = instant(nullable=False)


class Rejection(Row, table=True):
    """Pieces put aside at a work order, and why."""

    __tablename__ = "rejections"
    __table_args__ = (CheckConstraint("quantity > 0", name="rejections_quantity_positive"),)

    id: UUID = identity()
    work_order_id: UUID = reference("work_orders.id")
    quantity: Decimal = exact()
    kind: str = Field(max_length=16)
    reason: str
    recorded_by: UUID = reference("users.id")
    recorded_at: datetime = instant(nullable=False)
