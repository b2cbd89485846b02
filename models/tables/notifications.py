from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.tables.base import Row, document, identity, instant, reference


class Notification(Row, table=True):
    """Something one person should know; `key` names the fact, so that nobody is told of it twice."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("notifications_by_person", "user_id", "created_at", "id"),
        Index("notifications_unread", "user_id", postgresql_where="read_at IS NULL"),
        Index("notifications_by_age", "tenant_id", "created_at"),
    )

    id: UUID = identity()
    user_id: UUID = reference("users.id")
    kind: str = Field(max_length=32)
    key: str = Field(max_length=200)
    data: dict[str, Any] = document()
    created_at: datetime = instant(nullable=False)
    read_at: datetime | None = instant()
