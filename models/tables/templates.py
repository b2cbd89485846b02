from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from models.tables.base import Row, document, identity, instant, reference


class Template(Row, table=True):
    """One version of a product's manufacturing manual; a trigger keeps a published one as it is."""

    __tablename__ = "templates"
    __table_args__ = (
        UniqueConstraint("product_id", "version_number"),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("status IN ('draft','published','retired')", name="templates_status_known"),
        CheckConstraint("(status = 'draft') = (plan_hash IS NULL)", name="templates_published_has_plan"),
        Index("templates_by_product", "tenant_id", "product_id", "version_number"),
    )

    id: UUID = identity()
    code: str = Field(max_length=32)
    product_id: UUID = reference("products.id")
    version_number: int
    status: str = Field(default="draft", max_length=16)
    title: str = Field(max_length=200)
    document: dict[str, Any] = document()
    step_count: int
    plan_hash: str | None = Field(default=None, max_length=64)
    cloned_from_id: UUID | None = reference("templates.id", nullable=True)
    created_by: UUID = reference("users.id")
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)
    published_at: datetime | None = instant()
    published_by: UUID | None = reference("users.id", nullable=True)
    publish_reason: str | None = Field(default=None, max_length=500)
    retired_at: datetime | None = instant()
    row_version: int = 1


class TemplateRevision(Row, table=True):
    """One change of a draft and how to take it back; `version` is the draft's row version it led to last."""

    __tablename__ = "template_revisions"

    template_id: UUID = Field(foreign_key="templates.id", primary_key=True)
    number: int = Field(primary_key=True)
    version: int
    kind: str = Field(max_length=16)
    subject: str = Field(max_length=200)
    touched: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    splice: dict[str, Any] = document()
    undone: bool = False
    made_by: UUID = reference("users.id")
    made_at: datetime = instant(nullable=False)


class PlanSnapshot(Row, table=True):
    """A compiled Plan, immutable under the hash of its content; jobs run by it for ever."""

    __tablename__ = "plan_snapshots"

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    content_hash: str = Field(primary_key=True, max_length=64)
    document: dict[str, Any] = document()
    created_at: datetime = instant(nullable=False)
