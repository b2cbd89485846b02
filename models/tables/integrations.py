"""Outgoing webhooks and their deliveries; files that are being imported, and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field

from models.tables.access.people import words
from models.tables.base import Row, document, identity, instant, reference


class Webhook(Row, table=True):
    """An address of somebody else's that is told what happens here."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("webhooks_by_creation", "tenant_id", "created_at", "id"),)

    id: UUID = identity()
    url: str = Field(max_length=2000)
    description: str = Field(default="", max_length=200)
    events: list[str] = Field(sa_column=words())
    secret: str = Field(max_length=500)
    active: bool = True
    failures: int = 0
    disabled_reason: str | None = Field(default=None, max_length=500)
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class WebhookDelivery(Row, table=True):
    """One event on its way to one webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("webhook_deliveries_waiting", "tenant_id", "next_at", postgresql_where="ended_at IS NULL"),
        Index("webhook_deliveries_by_webhook", "webhook_id", "created_at", "id"),
        Index("webhook_deliveries_once", "webhook_id", "event_id", unique=True),
    )

    id: UUID = identity()
    webhook_id: UUID = reference("webhooks.id")
    event_id: str = Field(max_length=64)
    event: str = Field(max_length=64)
    data: dict[str, Any] = document()
    attempts: int = 0
    created_at: datetime = instant(nullable=False)
    next_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()
    delivered: bool = False
    answer: str | None = Field(default=None, max_length=500)


class Import(Row, table=True):
    """A parts list on its way in: its file until it is committed, what it did afterwards."""

    __tablename__ = "imports"
    __table_args__ = (
        Index("imports_by_creation", "tenant_id", "created_at", "id"),
        Index("imports_by_shape", "tenant_id", "shape", "ended_at", postgresql_where="ended_at IS NOT NULL"),
    )

    id: UUID = identity()
    file: str = Field(max_length=200)
    size: int
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    shape: str = Field(max_length=64)
    parent: str | None = Field(default=None, max_length=64)
    name: str | None = Field(default=None, max_length=200)
    default_uom: str = Field(max_length=16)
    mapping: dict[str, Any] = document()
    result: dict[str, Any] | None = document(nullable=True)
    created_by: UUID = reference("users.id")
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()
