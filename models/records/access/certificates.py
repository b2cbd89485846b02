"""Who is certified for what until when, across people and skills."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Select, String, cast, func, literal, or_, select
from sqlmodel import Session, col

from models.messages.paging import Page
from models.messages.people import CertificateFilters, CertificateView
from models.records.paging import Listing, page
from models.tables.access.people import Skill, User, UserSkill

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # what has no end comes last
_END: ColumnElement[datetime] = func.coalesce(
    col(UserSkill.expires_at), literal(_NEVER, DateTime(timezone=True)), type_=DateTime(timezone=True)
)
_IDENTITY = cast(col(UserSkill.user_id), String) + cast(col(UserSkill.skill_id), String)
_LISTING = Listing(
    "certificates", _IDENTITY, sorts={"expires_at": _END},
    search=(col(User.username), col(User.display_name), col(Skill.code), col(Skill.name)),
)  # fmt: skip


def certificates_held(session: Session, filters: CertificateFilters) -> Page[CertificateView]:
    """Return one page of the certificates of active people for skills that are in use."""
    statement: Select[*tuple[Any, ...]] = (
        select(UserSkill, User, Skill)
        .join(User, col(User.id) == col(UserSkill.user_id))
        .join(Skill, col(Skill.id) == col(UserSkill.skill_id))
        .where(col(User.active).is_(True), col(Skill.active).is_(True))
    )
    end = col(UserSkill.expires_at)
    if filters.skill is not None:
        statement = statement.where(col(Skill.code) == filters.skill)
    if filters.expires_before is not None:
        statement = statement.where(end < filters.expires_before)
    if filters.expires_after is not None:
        statement = statement.where(or_(end.is_(None), end >= filters.expires_after))
    return page(session, statement, _LISTING, filters, _view)


def _view(row: Row[Any]) -> CertificateView:
    return CertificateView(
        user_id=row.User.id, username=row.User.username, display_name=row.User.display_name, skill_id=row.Skill.id,
        skill=row.Skill.code, skill_name=row.Skill.name, certified_at=row.UserSkill.certified_at,
        expires_at=row.UserSkill.expires_at,
    )  # fmt: skip
