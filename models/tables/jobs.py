from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field

from models.tables.base import Row, document, exact, identity, instant, reference


class Job(Row, table=True):
    """One lot of a manufacturing order. `seq` numbers its accepted facts; `epoch` its rebuilt workflows.

    `heard` is the last fact Temporal was seen to know; a relay asks for it when a job falls quiet.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("manufacturing_order_id", "lot_number"),
        CheckConstraint("status IN ('PLANNED','IN_PROGRESS','ON_HOLD','DONE','CANCELLED')", name="jobs_status_known"),
        Index("jobs_by_due", "tenant_id", "status", "due_at", "id"),
        Index("jobs_by_order", "order_id", "lot_number"),
        Index("jobs_by_creation", "tenant_id", "created_at", "id"),
        Index("jobs_by_standing", "tenant_id", text("(ended_at IS NOT NULL)"), "due_at", "id"),
        Index(
            "jobs_by_end",
            "tenant_id",
            "ended_at",
            postgresql_include=["status", "produced"],
            postgresql_where="ended_at IS NOT NULL",
        ),
    )

    id: UUID = identity()
    code: str = Field(max_length=32)
    manufacturing_order_id: UUID = reference("manufacturing_orders.id")
    order_id: UUID = reference("orders.id")
    lot_number: int
    quantity: Decimal = exact()
    plan_hash: str = Field(max_length=64)
    status: str = Field(default="PLANNED", max_length=16)
    held: bool = False
    hold_reason: str | None = None
    seq: int = 0
    epoch: int = 0
    heard: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    due_at: datetime = instant(nullable=False)
    priority: int = 3
    produced: Decimal = exact(default="0")
    created_at: datetime = instant(nullable=False)
    started_at: datetime | None = instant()
    ended_at: datetime | None = instant()


class JobEvent(Row, table=True):
    """One accepted fact of a job, append-only; (job, seq) and (job, command) are unique."""

    __tablename__ = "job_events"
    __table_args__ = (UniqueConstraint("job_id", "command_id"),)

    job_id: UUID = Field(foreign_key="jobs.id", primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = Field(max_length=64)
    command_id: UUID
    work_order_id: UUID | None = Field(default=None)
    actor_id: UUID | None = Field(default=None)
    data: dict[str, Any] = document()
    occurred_at: datetime = instant(nullable=False)
    recorded_at: datetime = instant(nullable=False)


class OutboxRow(Row, table=True):
    """Something that must reach another system, written with the fact it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index("outbox_unsent", "tenant_id", "id", postgresql_where="sent_at IS NULL"),
        Index("outbox_mail", "tenant_id", "id", postgresql_where="topic = 'mail' AND (sent_at IS NULL OR given_up)"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True, autoincrement=True))
    key: str = Field(max_length=200)
    topic: str = Field(max_length=32)
    data: dict[str, Any] = document()
    created_at: datetime = instant(nullable=False)
    sent_at: datetime | None = instant()
    attempts: int = 0
    next_at: datetime | None = instant()
    failure: str | None = Field(default=None, max_length=500)
    given_up: bool = False


class Command(Row, table=True):
    """The durable inbox: what somebody asked of a running job, and its fate."""

    __tablename__ = "commands"
    __table_args__ = (
        CheckConstraint("state IN ('PENDING','APPLIED','REFUSED')", name="commands_state_known"),
        CheckConstraint("door IN ('update','signal')", name="commands_door_known"),
        CheckConstraint("(state = 'PENDING') = (decided_at IS NULL)", name="commands_decided_once"),
        Index("commands_pending", "tenant_id", "received_at", "id", postgresql_where="state = 'PENDING'"),
        Index(
            "commands_exceptions",
            "tenant_id",
            "decided_at",
            "id",
            postgresql_where="state = 'REFUSED' AND door = 'signal' AND acknowledged_at IS NULL",
        ),
        Index("commands_by_job", "job_id", "received_at", "id"),
    )

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    id: UUID = Field(primary_key=True)
    job_id: UUID = reference("jobs.id")
    work_order_id: UUID | None = Field(default=None)
    action: str = Field(max_length=16)
    data: dict[str, Any] = document()
    request_hash: str = Field(max_length=64)
    actor_id: UUID = reference("users.id")
    acts_for_others: bool = False
    origin: dict[str, Any] | None = document(nullable=True)
    door: str = Field(max_length=8)
    state: str = Field(default="PENDING", max_length=8)
    result: dict[str, Any] | None = document(nullable=True)
    occurred_at: datetime | None = instant()
    received_at: datetime = instant(nullable=False)
    signalled_at: datetime | None = instant()
    decided_at: datetime | None = instant()
    acknowledged_at: datetime | None = instant()
    acknowledged_by: UUID | None = Field(default=None, sa_column=Column(ForeignKey("users.id"), nullable=True))
