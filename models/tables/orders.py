from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.tables.base import Row, document, exact, identity, instant, reference

_STATUS = "status IN ('PLANNED','IN_PROGRESS','ON_HOLD','DONE','CANCELLED')"


class Order(Row, table=True):
    """Business intent: somebody wants N of a product, made by one published template.

    `date_untold` says that its date was moved and its workflows have not been told so yet.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("quantity > 0", name="orders_quantity_positive"),
        CheckConstraint("lot_size > 0", name="orders_lot_size_positive"),
        CheckConstraint(_STATUS, name="orders_status_known"),
        Index("orders_by_due", "tenant_id", "status", "due_at", "id"),
        Index("orders_by_standing", "tenant_id", text("(ended_at IS NOT NULL)"), "due_at", "id"),
        Index("orders_by_due_alone", "tenant_id", "due_at", "id"),
        Index("orders_by_creation", "tenant_id", "created_at", "id"),
        Index("orders_by_priority", "tenant_id", "priority", "id"),
        Index("orders_by_creator", "tenant_id", "created_by", "created_at", "id"),
        Index("orders_by_template", "tenant_id", "template_id", "status"),
        Index("orders_not_launched", "tenant_id", "created_at", postgresql_where="launched_at IS NULL"),
        Index("orders_date_untold", "tenant_id", "id", postgresql_where="date_untold"),
        Index(
            "orders_by_end",
            "tenant_id",
            "ended_at",
            postgresql_include=["status", "due_at"],
            postgresql_where="ended_at IS NOT NULL",
        ),
    )

    id: UUID = identity()
    code: str = Field(max_length=32)
    kind: str = Field(max_length=16)
    product_id: UUID = reference("products.id")
    template_id: UUID = reference("templates.id")
    quantity: Decimal = exact()
    lot_size: Decimal = exact()
    due_at: datetime = instant(nullable=False)
    priority: int = 3
    status: str = Field(default="PLANNED", max_length=16)
    customer_name: str | None = Field(default=None, max_length=200)
    customer_reference: str | None = Field(default=None, max_length=200)
    notes: str = ""
    site: str = Field(max_length=64)
    created_by: UUID = reference("users.id")
    created_at: datetime = instant(nullable=False)
    launched_at: datetime | None = instant()
    ended_at: datetime | None = instant()
    row_version: int = 1
    date_untold: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class OrderChange(Row, table=True):
    """What was changed of an order after it was placed, by whom and why; append-only."""

    __tablename__ = "order_changes"
    __table_args__ = (Index("order_changes_by_order", "order_id", "changed_at"),)

    id: UUID = identity()
    order_id: UUID = reference("orders.id")
    changed_by: UUID = reference("users.id")
    changed_at: datetime = instant(nullable=False)
    reason: str = Field(max_length=200)
    before: dict[str, Any] = document()
    after: dict[str, Any] = document()


class ManufacturingOrder(Row, table=True):
    """The commitment to make a quantity of one product; owns the jobs."""

    __tablename__ = "manufacturing_orders"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("order_id"),
        CheckConstraint(_STATUS, name="manufacturing_orders_status_known"),
        Index("manufacturing_orders_by_due", "tenant_id", "status", "due_at", "id"),
        Index("manufacturing_orders_by_standing", "tenant_id", text("(ended_at IS NOT NULL)"), "due_at", "id"),
        Index("manufacturing_orders_by_creation", "tenant_id", "created_at", "id"),
        Index(
            "manufacturing_orders_by_end",
            "tenant_id",
            "ended_at",
            postgresql_include=["status"],
            postgresql_where="ended_at IS NOT NULL",
        ),
    )

    id: UUID = identity()
    code: str = Field(max_length=32)
    order_id: UUID = reference("orders.id")
    product_id: UUID = reference("products.id")
    plan_hash: str = Field(max_length=64)
    quantity: Decimal = exact()
    produced: Decimal = exact(default="0")
    job_count: int
    due_at: datetime = instant(nullable=False)
    status: str = Field(default="PLANNED", max_length=16)
    planned_material_cost: Decimal = exact(default="0")
    planned_time_cost: Decimal = exact(default="0")
    created_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()


class Requirement(Row, table=True):
    """A part a manufacturing order needs in all, scaled from its Plan; the shortage list reads it."""

    __tablename__ = "requirements"
    __table_args__ = (Index("requirements_by_part", "tenant_id", "part_id"),)

    manufacturing_order_id: UUID = Field(foreign_key="manufacturing_orders.id", primary_key=True)
    part_id: UUID = Field(foreign_key="parts.id", primary_key=True)
    quantity: Decimal = exact()
    uom: str = Field(max_length=16)
    planned_cost: Decimal = exact()
