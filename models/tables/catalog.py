from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.tables.base import Row, exact, identity, instant, reference


class Supplier(Row, table=True):
    """Who sells parts."""

    __tablename__ = "suppliers"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: UUID = identity()
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    email: str | None = Field(default=None, max_length=320)
    phone: str | None = Field(default=None, max_length=64)
    url: str | None = Field(default=None, max_length=2000)
    notes: str = ""
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class Part(Row, table=True):
    """Anything stocked; `uom` is the unit its stock is counted in and never changes once stock moved."""

    __tablename__ = "parts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sku"),
        Index("parts_by_name", "tenant_id", "name", "id"),
        CheckConstraint("unit_cost >= 0", name="parts_cost_not_negative"),
        CheckConstraint("kind IN ('bought','made','phantom')", name="parts_kind_known"),
    )

    id: UUID = identity()
    sku: str = Field(max_length=64)
    name: str = Field(max_length=200)
    kind: str = Field(default="bought", max_length=16)
    uom: str = Field(default="pcs", max_length=16)
    unit_cost: Decimal = exact(default="0")
    cost_is_assumed: bool = False
    supplier_id: UUID | None = reference("suppliers.id", nullable=True)
    supplier_part: str | None = Field(default=None, max_length=2000)
    lead_time_days: int | None = None
    minimum_stock: Decimal = exact(default="0")
    notes: str = ""
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class Product(Row, table=True):
    """What is sold; its finished goods are stocked as the made part `part_id`."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("tenant_id", "sku"), Index("products_by_name", "tenant_id", "name", "id"))

    id: UUID = identity()
    sku: str = Field(max_length=64)
    name: str = Field(max_length=200)
    description: str = ""
    part_id: UUID = reference("parts.id")
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class WorkCenter(Row, table=True):
    """A place that runs work orders; rates per hour of the place and of each person at it."""

    __tablename__ = "work_centers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("machines > 0", name="work_centers_has_machines"),
    )

    id: UUID = identity()
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    machines: int = 1
    cost_per_hour: Decimal = exact(default="0")
    labor_cost_per_hour: Decimal = exact(default="0")
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)
