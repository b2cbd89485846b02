from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.connections.ids import new_id
from models.messages.clock import now


class Row(SQLModel):
    """A row of one tenant; row-level security compares `tenant_id` with the transaction's tenant."""

    tenant_id: UUID = Field(foreign_key="tenants.id")


def utc_now() -> datetime:
    """Return the instant a row is made."""
    return now()


def identity() -> Any:  # noqa: ANN401 - SQLModel fields are typed by their annotation
    """Return a UUIDv7 primary key column."""
    return Field(default_factory=new_id, primary_key=True)


def exact(*, nullable: bool = False, default: str | None = None) -> Any:  # noqa: ANN401 - see identity
    """Return an exact number: NUMERIC(18,6), for quantities and money."""
    server_default = text(default) if default is not None else None
    column: Column[Decimal] = Column(Numeric(18, 6), nullable=nullable, server_default=server_default)
    if default is not None:
        return Field(default=Decimal(default), sa_column=column)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def instant(*, nullable: bool = True) -> Any:  # noqa: ANN401 - see identity
    """Return an aware UTC instant; one that must be set defaults to the moment the row is made."""
    column: Column[datetime] = Column(DateTime(timezone=True), nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(default_factory=utc_now, sa_column=column)


def document(*, nullable: bool = False) -> Any:  # noqa: ANN401 - see identity
    """Return a JSONB column."""
    column: Column[Any] = Column(JSONB, nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def reference(target: str, *, nullable: bool = False) -> Any:  # noqa: ANN401 - see identity
    """Return a foreign key column of UUIDs."""
    column: Column[UUID] = Column(ForeignKey(target), nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)
