from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.tables.base import Row, exact, identity, instant, reference


class BomLine(Row, table=True):
    """One part of a made or phantom part's bill of materials, per unit of the parent; `position` orders the lines."""

    __tablename__ = "bom_lines"
    __table_args__ = (
        UniqueConstraint("parent_id", "position"),
        CheckConstraint("quantity > 0", name="bom_lines_quantity_positive"),
        CheckConstraint("parent_id <> part_id", name="bom_lines_not_own_parent"),
    )

    id: UUID = identity()
    parent_id: UUID = reference("parts.id")
    part_id: UUID = reference("parts.id")
    position: int
    quantity: Decimal = exact()
    uom: str = Field(max_length=16)
    scrap_percent: Decimal = exact(default="0")
    optional: bool = False
    designators: str = ""
    notes: str = ""
    updated_at: datetime = instant(nullable=False)
