from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from models.tables.base import Row, instant


class Brand(Row, table=True):
    """How a factory looks: the name it shows, its colour and its logo. No row means FactoryOS's own look."""

    __tablename__ = "brands"

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    name: str | None = Field(default=None, max_length=120)
    accent: str | None = Field(default=None, max_length=7)
    logo: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    logo_type: str | None = Field(default=None, max_length=32)
    logo_hash: str | None = Field(default=None, max_length=64)
    row_version: int = 1
    updated_at: datetime = instant(nullable=False)
