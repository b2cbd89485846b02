"""What opens the door: sessions, codes, keys, stations and identity providers. Secrets are stored hashed or sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.tables.access.people import words
from models.tables.base import Row, identity, instant, reference


class LogInSession(Row, table=True):
    """One log-in, on one device, until it ends. A refresh token works once; the one before it only for a moment."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("kind IN ('browser','api','station')", name="sessions_kind_known"),
        Index("sessions_by_user", "tenant_id", "user_id", "created_at"),
        Index("sessions_by_end", "expires_at"),
    )

    id: UUID = identity()
    user_id: UUID = reference("users.id")
    kind: str = Field(max_length=8)
    secret_hash: str = Field(max_length=64)
    previous_hash: str | None = Field(default=None, max_length=64)
    rotated_at: datetime | None = instant()
    station_id: UUID | None = reference("stations.id", nullable=True)
    address: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=200)
    created_at: datetime = instant(nullable=False)
    last_used_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()
    ended_reason: str | None = Field(default=None, max_length=32)


class FailedLogIns(Row, table=True):
    """How often a name was tried in vain of late; kept for unknown names too, lest a lock tell who exists."""

    __tablename__ = "failed_log_ins"
    __table_args__ = (Index("failed_log_ins_by_age", "last_failed_at"),)

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    username: str = Field(primary_key=True, max_length=64)
    factor: str = Field(primary_key=True, max_length=16)
    failures: int = 0
    last_failed_at: datetime = instant(nullable=False)
    locked_until: datetime | None = instant()


class OneTimeCode(Row, table=True):
    """Six digits that were mailed to set a new password: ten minutes, five tries, once."""

    __tablename__ = "one_time_codes"
    __table_args__ = (Index("one_time_codes_by_user", "user_id", "created_at"),)

    id: UUID = identity()
    user_id: UUID = reference("users.id")
    code_hash: str = Field(max_length=64)
    tries: int = 0
    created_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    used_at: datetime | None = instant()


class Invitation(Row, table=True):
    """A link by which somebody becomes a user with a given role."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index("invitations_by_creation", "tenant_id", "created_at", "id"),
        Index(
            "invitations_open_once", "tenant_id", "email", unique=True,
            postgresql_where="accepted_at IS NULL AND revoked_at IS NULL",
        ),
    )  # fmt: skip

    id: UUID = identity()
    email: str = Field(max_length=320)
    role: str = Field(max_length=32)
    token_hash: str = Field(max_length=64)
    invited_by: UUID = reference("users.id")
    created_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    accepted_at: datetime | None = instant()
    accepted_by: UUID | None = reference("users.id", nullable=True)
    revoked_at: datetime | None = instant()


class ApiKey(Row, table=True):
    """A program's key: acts as one user, within its scopes, until it expires or is revoked."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("per_minute > 0", name="api_keys_limit_positive"),
        Index("api_keys_by_creation", "tenant_id", "created_at", "id"),
        Index("api_keys_by_user", "user_id"),
    )

    id: UUID = identity()
    name: str = Field(max_length=200)
    secret_hash: str = Field(max_length=64)
    user_id: UUID = reference("users.id")
    scopes: list[str] = Field(sa_column=words())
    per_minute: int = 600
    created_by: UUID = reference("users.id")
    created_at: datetime = instant(nullable=False)
    expires_at: datetime | None = instant()
    last_used_at: datetime | None = instant()
    revoked_at: datetime | None = instant()


class Station(Row, table=True):
    """A shared screen on the floor, known by its token; people log in on it by PIN."""

    __tablename__ = "stations"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: UUID = identity()
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    work_center_id: UUID | None = reference("work_centers.id", nullable=True)
    token_hash: str = Field(max_length=64)
    active: bool = True
    last_seen_at: datetime | None = instant()
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class IdentityProvider(Row, table=True):
    """A company's own log-in server (OpenID Connect)."""

    __tablename__ = "identity_providers"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: UUID = identity()
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    issuer: str = Field(max_length=2000)
    client_id: str = Field(max_length=500)
    client_secret: str = Field(max_length=2000)
    default_role: str | None = Field(default=None, max_length=32)
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class UserIdentity(Row, table=True):
    """Who a provider's subject is here."""

    __tablename__ = "user_identities"
    __table_args__ = (Index("user_identities_by_user", "user_id"),)

    provider_id: UUID = Field(foreign_key="identity_providers.id", primary_key=True)
    subject: str = Field(primary_key=True, max_length=255)
    user_id: UUID = reference("users.id")
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
