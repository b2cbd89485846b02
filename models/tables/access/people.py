"""People: users, their roles, teams and skills."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from models.tables.base import Row, identity, instant, reference


def words() -> Column[list[str]]:
    """Return a column of a few short words, such as permissions."""
    return Column(ARRAY(Text), nullable=False)


class User(Row, table=True):
    """A person who can log in, or a machine's service account; never deleted, only made inactive."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "username"),
        CheckConstraint("kind IN ('person','service')", name="users_kind_known"),
        CheckConstraint("hourly_rate >= 0", name="users_rate_not_negative"),
        Index("users_by_email", "tenant_id", "email", unique=True, postgresql_where="email IS NOT NULL"),
        Index("users_by_role", "tenant_id", "role", "username", "id"),
    )

    id: UUID = identity()
    username: str = Field(max_length=64)
    display_name: str = Field(max_length=200)
    kind: str = Field(default="person", max_length=8)
    role: str = Field(max_length=32)
    email: str | None = Field(default=None, max_length=320)
    language: str | None = Field(default=None, max_length=16)
    time_zone: str = Field(default="UTC", max_length=64)
    hourly_rate: Decimal | None = Field(default=None, sa_column=Column(Numeric(18, 6), nullable=True))
    password_hash: str | None = Field(default=None, max_length=255)
    pin_hash: str | None = Field(default=None, max_length=255)
    totp_secret: str | None = Field(default=None, max_length=500)
    totp_confirmed_at: datetime | None = instant()
    totp_last_step: int | None = None
    active: bool = Field(default=True)
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)
    password_changed_at: datetime | None = instant()
    last_log_in_at: datetime | None = instant()
    deactivated_at: datetime | None = instant()
    erased_at: datetime | None = instant()
    row_version: int = 1


class RecoveryCode(Row, table=True):
    """One of the codes that stand in for a lost second factor, hashed; works once."""

    __tablename__ = "recovery_codes"

    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    code_hash: str = Field(primary_key=True, max_length=64)
    used_at: datetime | None = instant()


class CustomRole(Row, table=True):
    """A role a factory made itself from the permission vocabulary; the built-in ones live in models/rules/access.py."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: UUID = identity()
    name: str = Field(max_length=32)
    title: str = Field(max_length=200)
    permissions: list[str] = Field(sa_column=words())
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class Team(Row, table=True):
    """People who share work: a work order given to a team may be taken by any of them."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: UUID = identity()
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class TeamMember(Row, table=True):
    """Who belongs to a team."""

    __tablename__ = "team_members"
    __table_args__ = (Index("team_members_by_user", "user_id"),)

    team_id: UUID = Field(foreign_key="teams.id", primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", primary_key=True)


class Skill(Row, table=True):
    """Something a person must have learnt before a step that requires it may be theirs."""

    __tablename__ = "skills"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: UUID = identity()
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    active: bool = True
    row_version: int = 1
    created_at: datetime = instant(nullable=False)
    updated_at: datetime = instant(nullable=False)


class UserSkill(Row, table=True):
    """That a person holds a skill, until when the certificate lasts, and who says so."""

    __tablename__ = "user_skills"
    __table_args__ = (Index("user_skills_by_expiry", "tenant_id", "expires_at"),)

    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    skill_id: UUID = Field(foreign_key="skills.id", primary_key=True)
    certified_at: datetime = instant(nullable=False)
    expires_at: datetime | None = instant()
    recorded_by: UUID = reference("users.id")
