"""What people on the floor tell each other: calls for help, and notes for whoever goes on with the work."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.tables.base import Row, identity, instant, reference


class Call(Row, table=True):
    """A call for help from a work order: raised, answered by somebody who comes, closed when it is over."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("state IN ('OPEN','ANSWERED','CLOSED')", name="calls_state_known"),
        Index("calls_by_time", "tenant_id", "raised_at", "id"),
        Index("calls_open", "tenant_id", "raised_at", "id", postgresql_where="state <> 'CLOSED'"),
        Index("calls_by_work_order", "work_order_id", "raised_at"),
    )

    id: UUID = identity()
    work_order_id: UUID = reference("work_orders.id")
    reason: str = Field(max_length=200)
    state: str = Field(default="OPEN", max_length=16)
    raised_by: UUID = reference("users.id")
    raised_at: datetime = instant(nullable=False)
    answered_by: UUID | None = reference("users.id", nullable=True)
    answered_at: datetime | None = instant()
    closed_by: UUID | None = reference("users.id", nullable=True)
    closed_at: datetime | None = instant()


class Note(Row, table=True):
    """What the next person at a work order should know."""

    __tablename__ = "notes"
    __table_args__ = (Index("notes_by_work_order", "work_order_id", "written_at", "id"),)

    id: UUID = identity()
    work_order_id: UUID = reference("work_orders.id")
    text: str = Field(max_length=4000)
    written_by: UUID = reference("users.id")
    written_at: datetime = instant(nullable=False)
