"""Skills, and who is certified for them until when."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, literal_column, select, text
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.paging import Page
from models.messages.people import Certification, HeldSkill
from models.messages.teams import SkillDraft, SkillFilters, SkillView
from models.records import audit
from models.records.access import users
from models.records.paging import Listing, page
from models.records.refusals import Conflict, Missing, Taken, Unfit, found
from models.records.versioned import change, lock, tell
from models.rules.skills import Certificate
from models.tables.access.people import Skill, UserSkill

_WHAT, _MODULE = "skill", "access"
_LISTING = Listing(
    "skills", Skill.id, sorts={"code": Skill.code, "name": Skill.name, "created_at": Skill.created_at},
    search=(Skill.code, Skill.name),
)  # fmt: skip
_CERTIFIED: ColumnElement[Any] = literal_column("""(
    SELECT count(*) FROM user_skills k JOIN users u ON u.id = k.user_id AND u.active
     WHERE k.skill_id = skills.id AND k.certified_at <= now() AND (k.expires_at IS NULL OR k.expires_at > now()))""")
_CERTIFICATES = text("""
    SELECT w.code, k.certified_at, k.expires_at
      FROM unnest(CAST(:codes AS text[])) WITH ORDINALITY AS w(code, place)
      LEFT JOIN skills s ON s.code = w.code
      LEFT JOIN user_skills k ON k.skill_id = s.id AND k.user_id = :user
     ORDER BY w.place
""")


def _statement() -> Select[*tuple[Any, ...]]:
    return select(Skill, _CERTIFIED.label("certified"))


def _view(row: Row[Any]) -> SkillView:
    return SkillView.model_validate({**row.Skill.model_dump(exclude={"tenant_id"}), "certified": row.certified})


def skills(session: Session, filters: SkillFilters) -> Page[SkillView]:
    """Return one page of skills."""
    statement = _statement()
    if filters.active is not None:
        statement = statement.where(col(Skill.active) == filters.active)
    return page(session, statement, _LISTING, filters, _view)


def skill(session: Session, identity: UUID) -> SkillView:
    """Return one skill. Raises Missing."""
    return _view(found(_WHAT, identity, session.execute(_statement().where(col(Skill.id) == identity)).first()))


def create_skill(session: Session, actor: Actor, draft: SkillDraft) -> SkillView:
    """Add a skill. Raises Taken."""
    if session.scalars(select(col(Skill.id)).where(col(Skill.code) == draft.code)).first():
        raise Taken(_WHAT, draft.code)
    row = Skill(tenant_id=actor.tenant_id, **draft.model_dump())
    session.add(row)
    session.flush()
    after = skill(session, row.id)
    tell(session, actor, "skills:created", row.id, module=_MODULE, after=after)
    return after


def change_skill(session: Session, actor: Actor, identity: UUID, draft: SkillDraft, expected: int) -> SkillView:
    """Replace a skill's name. Raises Missing, Stale, and Conflict for another code."""
    row = lock(session, Skill, _WHAT, identity, expected)
    if draft.code != row.code:
        raise Conflict("A skill keeps its code for ever; add a new skill instead.")
    return _changed(session, actor, row, draft.model_dump(), "updated")


def deactivate_skill(session: Session, actor: Actor, identity: UUID, expected: int) -> SkillView:
    """Take a skill out of use for new templates; what runs still requires it. Raises Missing and Stale."""
    row = lock(session, Skill, _WHAT, identity, expected)
    return _changed(session, actor, row, {"active": False}, "deactivated")


def certify(session: Session, actor: Actor, user_id: UUID, skill_id: UUID, given: Certification) -> HeldSkill:
    """Note that somebody is certified, or renew it. Raises Missing, and Unfit for a skill or person out of use."""
    person = users.lock_person(session, user_id)
    wanted = found(_WHAT, skill_id, session.get(Skill, skill_id))
    if not person.active or not wanted.active:
        raise Unfit("Only active people are certified, and only for skills that are in use.")
    row = session.get(UserSkill, (user_id, skill_id))
    before = None if row is None else _told(row)
    if row is None:
        row = UserSkill(tenant_id=actor.tenant_id, user_id=user_id, skill_id=skill_id, recorded_by=actor.user_id)
        session.add(row)
    row.certified_at, row.expires_at, row.recorded_by = given.certified_at, given.expires_at, actor.user_id
    session.flush()
    if before != _told(row):
        _tell(session, actor, "certified", user_id, before=before, after=_told(row))
    return HeldSkill(
        id=wanted.id, code=wanted.code, name=wanted.name, certified_at=row.certified_at, expires_at=row.expires_at
    )


def withdraw(session: Session, actor: Actor, user_id: UUID, skill_id: UUID) -> None:
    """Take a certificate away. Raises Missing where there is none."""
    row = session.get(UserSkill, (user_id, skill_id), with_for_update=True)
    if row is None:
        raise Missing("certificate", skill_id)
    before = _told(row)
    session.delete(row)
    session.flush()
    _tell(session, actor, "withdrawn", user_id, before=before, after=None)


def certificates(session: Session, user_id: UUID, codes: tuple[str, ...]) -> list[Certificate]:
    """Return what somebody has of each skill, in the order of the codes; one statement."""
    rows = session.execute(_CERTIFICATES, {"user": user_id, "codes": list(codes)})
    return [Certificate(row.code, row.certified_at, row.expires_at) for row in rows]


def _changed(session: Session, actor: Actor, row: Skill, values: dict[str, Any], verb: str) -> SkillView:
    before = skill(session, row.id)
    if change(session, row, values):
        tell(session, actor, f"skills:{verb}", row.id, module=_MODULE, before=before, after=skill(session, row.id))
    return skill(session, row.id)


def _told(row: UserSkill) -> dict[str, str | None]:
    return {
        "skill": str(row.skill_id), "certified_at": row.certified_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }  # fmt: skip


def _tell(  # noqa: PLR0913 - an audit entry has this many parts
    session: Session, actor: Actor, verb: str, user_id: UUID, *, before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:  # fmt: skip
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"skills:{verb}", module=_MODULE, actor_id=actor.user_id,
        subject_id=user_id, before=before, after=after,
    )  # fmt: skip
