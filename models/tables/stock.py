from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.tables.base import Row, exact, identity, instant, reference


class StockEntry(Row, table=True):
    """One leg of a movement: a signed quantity of a part at a place. A movement's legs sum to zero. Append-only."""

    __tablename__ = "stock_entries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "move_key", "part_id", "location"),
        CheckConstraint("quantity <> 0", name="stock_entries_not_empty"),
        CheckConstraint(
            "location IN ('stock','production','supplier','customer','scrap','adjustment')",
            name="stock_entries_location_known",
        ),
        Index("stock_entries_by_part", "tenant_id", "part_id", "posted_at", "id"),
        Index("stock_entries_by_time", "tenant_id", "posted_at", "id"),
        Index("stock_entries_by_job", "job_id", postgresql_where="job_id IS NOT NULL"),
        Index("stock_entries_by_work_order", "work_order_id", postgresql_where="work_order_id IS NOT NULL"),
        Index("stock_entries_by_lot", "tenant_id", "lot", "id", postgresql_where="lot IS NOT NULL"),
        Index("stock_entries_by_kind", "tenant_id", "kind", "posted_at", "id", postgresql_where="kind <> 'issue'"),
        Index("stock_entries_with_reason", "tenant_id", "posted_at", "id", postgresql_where="reason IS NOT NULL"),
        Index(
            "stock_entries_taken",
            "tenant_id",
            "job_id",
            "part_id",
            postgresql_include=["quantity"],
            postgresql_where="location = 'stock' AND kind IN ('issue', 'return')",
        ),
    )

    id: UUID = identity()
    move_key: str = Field(max_length=200)
    kind: str = Field(max_length=16)
    part_id: UUID = reference("parts.id")
    location: str = Field(max_length=16)
    quantity: Decimal = exact()
    uom: str = Field(max_length=16)
    unit_cost: Decimal = exact()
    job_id: UUID | None = reference("jobs.id", nullable=True)
    work_order_id: UUID | None = reference("work_orders.id", nullable=True)
    reason: str | None = None
    lot: str | None = Field(default=None, max_length=64)
    actor_id: UUID | None = reference("users.id", nullable=True)
    occurred_at: datetime = instant(nullable=False)
    posted_at: datetime = instant(nullable=False)


class StockBalance(Row, table=True):
    """What lies at a place: the sum of its ledger rows, kept for speed and rebuilt from them at will."""

    __tablename__ = "stock_balances"
    __table_args__ = (
        CheckConstraint("location <> 'stock' OR quantity >= 0", name="stock_balances_not_negative"),
        Index("stock_balances_by_part", "tenant_id", "location", "part_id"),
    )

    part_id: UUID = Field(foreign_key="parts.id", primary_key=True)
    location: str = Field(primary_key=True, max_length=16)
    quantity: Decimal = exact()
