"""People: added, changed, deactivated. What they did stays theirs; what lets them in ends with the same commit."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, literal_column, select, text
from sqlmodel import Session, col

from models.messages.access import Actor, SessionView
from models.messages.paging import Page
from models.messages.people import PersonChange, PersonDraft, PersonFilters, PersonView, Profile, ProfileDraft
from models.records import audit
from models.records.access import sessions
from models.records.access.released_work import release_work
from models.records.access.roles import check_role
from models.records.licensing import take_seat
from models.records.paging import Listing, page
from models.records.refusals import Conflict, Taken, check_version, found
from models.records.versioned import change, lock
from models.rules.access import Permission, Role
from models.tables.access.people import Skill, Team, TeamMember, User, UserSkill
from models.tables.base import utc_now

_WHAT, _MODULE = "user", "access"
_LISTING = Listing(
    "users", User.id,
    sorts={"username": User.username, "display_name": User.display_name, "created_at": User.created_at},
    search=(User.username, User.display_name),
)  # fmt: skip
_TEAMS: ColumnElement[Any] = literal_column("""ARRAY(
    SELECT t.code FROM team_members m JOIN teams t ON t.id = m.team_id AND t.active
     WHERE m.user_id = users.id ORDER BY t.code)""")
_SKILLS: ColumnElement[Any] = literal_column("""(
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'code', s.code, 'name', s.name,
               'certified_at', k.certified_at, 'expires_at', k.expires_at) ORDER BY s.code), '[]')
      FROM user_skills k JOIN skills s ON s.id = k.skill_id WHERE k.user_id = users.id)""")
# In the order of their ids, so that two who take each other's rights wait in line and not in a circle.
_LOCK_ADMINISTRATORS = text("""
    SELECT id FROM users WHERE id = :id OR (role = 'admin' AND active AND kind = 'person') ORDER BY id FOR UPDATE
""")
_OTHER_ADMINISTRATORS = text(
    "SELECT count(*) FROM users WHERE id <> :id AND role = 'admin' AND active AND kind = 'person'"
)
# A role that is being given away cannot be deleted meanwhile.
_EMAIL_TAKEN = text("SELECT 1 FROM users WHERE email = :email AND id IS DISTINCT FROM CAST(:id AS uuid)")
_REVOKE_KEYS = text("UPDATE api_keys SET revoked_at = now() WHERE user_id = :id AND revoked_at IS NULL")
_FORGET_CODES = text("DELETE FROM one_time_codes WHERE user_id = :id")
_FORGET_FAILURES = text("DELETE FROM failed_log_ins WHERE username = :name")
_FORGET_RECOVERY = text("DELETE FROM recovery_codes WHERE user_id = :id")


def _statement() -> Select[*tuple[Any, ...]]:
    return select(User, _TEAMS.label("teams"), _SKILLS.label("skills"))


def _view(row: Row[Any], actor: Actor) -> PersonView:
    user: User = row.User
    sees_rate = actor.may(Permission.COSTS_READ) or actor.may(Permission.USERS_EDIT)
    shown = {name: getattr(user, name) for name in PersonView.model_fields if name in type(user).model_fields}
    return PersonView.model_validate({
        **shown, "hourly_rate": user.hourly_rate if sees_rate else None, "has_password": user.password_hash is not None,
        "has_pin": user.pin_hash is not None, "second_factor": user.totp_confirmed_at is not None, "teams": row.teams,
        "skills": row.skills,
    })  # fmt: skip


def users(session: Session, actor: Actor, filters: PersonFilters) -> Page[PersonView]:
    """Return one page of people."""
    wanted = ((col(User.role), filters.role), (col(User.active), filters.active), (col(User.kind), filters.kind))
    statement = _statement().where(*(column == value for column, value in wanted if value is not None))
    if filters.team is not None:
        members = select(col(TeamMember.user_id)).join(Team, col(Team.id) == col(TeamMember.team_id))
        statement = statement.where(col(User.id).in_(members.where(col(Team.code) == filters.team)))
    if filters.skill is not None:
        statement = statement.where(col(User.id).in_(_certified(filters.skill)))
    return page(session, statement, _LISTING, filters, lambda row: _view(row, actor))


def _certified(code: str) -> Select[UUID]:
    now, end = utc_now(), col(UserSkill.expires_at)
    return (
        select(col(UserSkill.user_id))
        .join(Skill, col(Skill.id) == col(UserSkill.skill_id))
        .where(col(Skill.code) == code, col(UserSkill.certified_at) <= now, end.is_(None) | (end > now))
    )


def user(session: Session, actor: Actor, identity: UUID) -> PersonView:
    """Return one person. Raises Missing."""
    row = session.execute(_statement().where(col(User.id) == identity).execution_options(populate_existing=True))
    return _view(found(_WHAT, identity, row.first()), actor)


def create_user(session: Session, actor: Actor, draft: PersonDraft, password_hash: str | None) -> PersonView:
    """Add a person. Raises Taken for a name or address in use, Unfit for an unknown role, and NoSeatLeft."""
    if session.scalars(select(col(User.id)).where(col(User.username) == draft.username)).first():
        raise Taken(_WHAT, draft.username)
    _check_email(session, draft.email, None)
    check_role(session, draft.role)
    take_seat(session, actor.tenant_id)
    row = User(
        tenant_id=actor.tenant_id, **draft.model_dump(exclude={"password"}), password_hash=password_hash,
        password_changed_at=utc_now() if password_hash else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    tell(session, actor, "created", row.id, after={"role": row.role, "kind": row.kind})
    return user(session, actor, row.id)


def change_user(session: Session, actor: Actor, identity: UUID, draft: PersonChange, expected: int) -> PersonView:
    """Replace what is kept of a person; one made inactive is put out at once.

    Raises Missing, Stale, Unfit for an unknown role, Taken for an address in use, NoSeatLeft for one who comes back,
    and Conflict for one's own role, the last administrator and somebody erased.
    """
    row = lock_person(session, identity)
    check_version(_WHAT, expected, row.row_version)
    if draft.role != row.role and row.id == actor.user_id:
        raise Conflict("Nobody changes their own role; ask another administrator.")
    if draft.role != row.role or (draft.active and not row.active):
        check_role(session, draft.role)
    if draft.active and not row.active and row.kind == "person":
        take_seat(session, actor.tenant_id)
    if not draft.active or draft.role != Role.ADMIN:
        keep_an_administrator(session, row)
    _check_email(session, draft.email, identity)
    values = draft.model_dump()
    if draft.active != row.active:
        values["deactivated_at"] = None if draft.active else utc_now()
    _change(session, actor, row, values)
    return user(session, actor, identity)


def deactivate_user(session: Session, actor: Actor, identity: UUID, expected: int) -> PersonView:
    """Put a person out: what they did stays. Raises Missing, Stale, and Conflict for the last administrator."""
    row = lock_person(session, identity)
    check_version(_WHAT, expected, row.row_version)
    keep_an_administrator(session, row)
    if row.active:
        _change(session, actor, row, {"active": False, "deactivated_at": utc_now()})
    return user(session, actor, identity)


def lock_person(session: Session, identity: UUID) -> User:
    """Return a person, locked together with all administrators. Raises Missing, and Conflict for somebody erased."""
    session.execute(_LOCK_ADMINISTRATORS, {"id": identity})
    row = lock(session, User, _WHAT, identity)
    if row.erased_at is not None:
        raise Conflict("This person was erased; nothing of them can be changed any more.")
    return row


def keep_an_administrator(session: Session, row: User) -> None:
    """Raise Conflict where somebody locked before is the only one who can let others in."""
    if row.role != Role.ADMIN or not row.active or row.kind != "person":
        return
    if session.execute(_OTHER_ADMINISTRATORS, {"id": row.id}).scalar_one() == 0:
        raise Conflict("This is the last active administrator; make somebody else an administrator first.")


def sessions_of(session: Session, identity: UUID) -> tuple[SessionView, ...]:
    """Return where somebody is logged in. Raises Missing."""
    found(_WHAT, identity, session.get(User, identity))
    return sessions.open_sessions(session, identity, None)


def end_sessions_of(session: Session, actor: Actor, identity: UUID) -> int:
    """Log somebody out everywhere; returns how many sessions there were. Raises Missing."""
    found(_WHAT, identity, session.get(User, identity))
    ended = sessions.end_all(session, identity, "ended by an administrator")
    if ended:
        tell(session, actor, "logged_out", identity, after={"sessions": ended})
    return ended


def put_out(session: Session, actor: Actor, row: User, reason: str) -> None:
    """End all sessions, keys and codes of somebody who must not come in any more, and give their work to others."""
    release_work(session, actor, row.id)
    sessions.end_all(session, row.id, reason)
    session.execute(_REVOKE_KEYS, {"id": row.id})
    session.execute(_FORGET_CODES, {"id": row.id})


def profile(session: Session, actor: Actor) -> Profile:
    """Return what is kept of oneself and may be changed."""
    return _profile(found(_WHAT, actor.user_id, session.get(User, actor.user_id)))


def change_profile(session: Session, actor: Actor, draft: ProfileDraft, expected: int) -> Profile:
    """Replace one's own name, address, language and time zone. Raises Stale, and Taken for an address in use."""
    row = lock(session, User, "profile", actor.user_id, expected)
    _check_email(session, draft.email, actor.user_id)
    _change(session, actor, row, draft.model_dump())
    return _profile(row)


def take_password(session: Session, row: User, password_hash: str, *, drop_second_factor: bool) -> None:
    """Give somebody locked out a new password; everything that was open with the old one ends.

    For the operator of the machine, who needs no account: the audit entry therefore names nobody.
    """
    row.password_hash, row.password_changed_at = password_hash, utc_now()
    if drop_second_factor:
        row.totp_secret = row.totp_confirmed_at = row.totp_last_step = None
        session.execute(_FORGET_RECOVERY, {"id": row.id})
    session.flush()
    sessions.end_all(session, row.id, "password")
    session.execute(_FORGET_CODES, {"id": row.id})
    session.execute(_FORGET_FAILURES, {"name": row.username})
    audit.record(
        session, tenant_id=row.tenant_id, action="users:password_set_on_the_machine", module=_MODULE, actor_id=None,
        subject_id=row.id, after={"second_factor_dropped": drop_second_factor},
    )  # fmt: skip


def named(session: Session, username: str) -> User | None:
    """Return the active person of a user name, locked."""
    statement = select(User).where(
        col(User.username) == username.strip().lower(), col(User.active).is_(True), col(User.kind) == "person"
    )
    return session.scalars(statement.with_for_update()).first()


def tell(  # noqa: PLR0913 - an audit entry has this many parts
    session: Session, actor: Actor, verb: str, identity: UUID, *, before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Put something done to a person into the audit trail: ids, roles and names of fields, nothing of the person."""
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"users:{verb}", module=_MODULE, actor_id=actor.user_id,
        subject_id=identity, before=before, after=after,
    )  # fmt: skip


def _change(session: Session, actor: Actor, row: User, values: dict[str, Any]) -> None:
    """Set what differs, put somebody made inactive out, and tell which fields changed."""
    fields = sorted(name for name, value in values.items() if getattr(row, name) != value)
    before = {"role": row.role, "active": row.active}
    if not change(session, row, values):
        return
    if before["active"] and not row.active:
        put_out(session, actor, row, "deactivated")
    verb = "updated" if before["active"] == row.active else "reactivated" if row.active else "deactivated"
    tell(session, actor, verb, row.id, before=before, after={"role": row.role, "active": row.active, "fields": fields})


def _check_email(session: Session, email: str | None, identity: UUID | None) -> None:
    if email is not None and session.execute(_EMAIL_TAKEN, {"email": email, "id": identity}).first() is not None:
        raise Taken("user with the address", email)


def _profile(row: User) -> Profile:
    return Profile(
        id=row.id, username=row.username, role=row.role, second_factor=row.totp_confirmed_at is not None,
        display_name=row.display_name, email=row.email, language=row.language, time_zone=row.time_zone,
        row_version=row.row_version,
    )  # fmt: skip
