from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.tables.base import Row, identity, instant


class Tenant(SQLModel, table=True):
    """A factory. The one table that every tenant may read, so that a log-in can find its tenant."""

    __tablename__ = "tenants"

    id: UUID = identity()
    slug: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=200)
    site: str = Field(default="MAIN", max_length=64)
    active: bool = True
    created_at: datetime = instant(nullable=False)


class TenantSettings(Row, table=True):
    """What a factory has decided for all its people. No row means the defaults."""

    __tablename__ = "tenant_settings"

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    audit_keep_days: int | None = None
    second_factor_required: bool = False
    language: str | None = Field(default=None, max_length=16)
    time_zone: str = Field(default="UTC", max_length=64)
    currency: str | None = Field(default=None, max_length=3)
    row_version: int = 1
    updated_at: datetime = instant(nullable=False)


class CodeCounter(Row, table=True):
    """The last number given out for one kind of human code, such as WO."""

    __tablename__ = "code_counters"

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    kind: str = Field(primary_key=True, max_length=8)
    last: int = Field(default=0)
