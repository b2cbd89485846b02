from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.tables.base import Row, identity, instant


class User(Row, table=True):
    """A person who can log in; never deleted, only made inactive."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "username"),
        CheckConstraint(
            "role IN ('admin','manager','inventory_manager','technician','customer','viewer','developer')",
            name="users_role_known",
        ),
    )

    id: UUID = identity()
    username: str = Field(max_length=64)
    display_name: str = Field(max_length=200)
    role: str = Field(max_length=32)
    password_hash: str = Field(max_length=255)
    active: bool = Field(default=True)
    created_at: datetime = instant(nullable=False)


class IdempotencyKey(Row, table=True):
    """The stored answer of a request that changed master data, kept so that its repetition changes nothing."""

    __tablename__ = "idempotency_keys"

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=200)
    request_hash: str = Field(max_length=64)
    status: int
    body: str
    etag: str | None = None
    created_at: datetime = instant(nullable=False)
