from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.tables.base import Row, identity, instant, reference


class SavedFilter(Row, table=True):
    """What somebody looks for in a list again and again, under a name; `shared` shows it to all who see the list."""

    __tablename__ = "saved_filters"
    __table_args__ = (
        UniqueConstraint("tenant_id", "owner_id", "list", "name"),
        Index("saved_filters_by_list", "tenant_id", "list", "name", "id"),
    )

    id: UUID = identity()
    owner_id: UUID = reference("users.id")
    list: str = Field(max_length=32)
    name: str = Field(max_length=80)
    query: str = Field(max_length=2000)
    shared: bool = False
    created_at: datetime = instant(nullable=False)
