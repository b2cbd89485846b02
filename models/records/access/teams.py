"""Teams and who belongs to them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, literal_column, select, text
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.paging import Page
from models.messages.teams import TeamDraft, TeamFilters, TeamView
from models.records import audit
from models.records.paging import Listing, page
from models.records.refusals import Conflict, Taken, Unfit, found
from models.records.versioned import change, lock
from models.rules.sentences import Sentence
from models.tables.access.people import Team, TeamMember
from models.tables.base import utc_now

_WHAT = "team"
_LISTING = Listing(
    "teams", Team.id, sorts={"code": Team.code, "name": Team.name, "created_at": Team.created_at},
    search=(Team.code, Team.name),
)  # fmt: skip
_MEMBERS: ColumnElement[Any] = literal_column("""(
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'username', u.username, 'display_name', u.display_name,
               'active', u.active) ORDER BY u.username), '[]')
      FROM team_members m JOIN users u ON u.id = m.user_id WHERE m.team_id = teams.id)""")
_PRESENT = text("SELECT user_id FROM team_members WHERE team_id = :team")
_MAY_JOIN = text("SELECT id FROM users WHERE id = ANY(:people) AND active")
_LEAVE = text("DELETE FROM team_members WHERE team_id = :team AND user_id = ANY(:people)")


def _statement() -> Select[*tuple[Any, ...]]:
    return select(Team, _MEMBERS.label("members"))


def _view(row: Row[Any]) -> TeamView:
    return TeamView.model_validate({**row.Team.model_dump(exclude={"tenant_id"}), "members": row.members})


def teams(session: Session, filters: TeamFilters) -> Page[TeamView]:
    """Return one page of teams."""
    statement = _statement()
    if filters.active is not None:
        statement = statement.where(col(Team.active) == filters.active)
    return page(session, statement, _LISTING, filters, _view)


def team(session: Session, identity: UUID) -> TeamView:
    """Return one team. Raises Missing."""
    return _view(found(_WHAT, identity, session.execute(_statement().where(col(Team.id) == identity)).first()))


def create_team(session: Session, actor: Actor, draft: TeamDraft) -> TeamView:
    """Make a team. Raises Taken, and Unfit for members who are not active people of this factory."""
    if session.scalars(select(col(Team.id)).where(col(Team.code) == draft.code)).first():
        raise Taken(_WHAT, draft.code)
    row = Team(tenant_id=actor.tenant_id, code=draft.code, name=draft.name, active=draft.active)
    session.add(row)
    session.flush()
    _add(session, row, draft.members)
    _tell(session, actor, "created", row, before=None, after=draft.members)
    return team(session, row.id)


def change_team(session: Session, actor: Actor, identity: UUID, draft: TeamDraft, expected: int) -> TeamView:
    """Replace a team's name and members. Raises Missing, Stale, Unfit, and Conflict for another code."""
    row = lock(session, Team, _WHAT, identity, expected)
    if draft.code != row.code:
        raise Conflict("A team keeps its code for ever; make a new team instead.")
    before = set(session.execute(_PRESENT, {"team": identity}).scalars())
    wanted = set(draft.members)
    # A change of members alone numbers the team's version on too: it is part of what one has seen.
    moved = {"updated_at": utc_now()} if before != wanted else {}
    if change(session, row, {"name": draft.name, "active": draft.active, **moved}):
        session.execute(_LEAVE, {"team": identity, "people": list(before - wanted)})
        _add(session, row, wanted - before)
        _tell(session, actor, "updated", row, before=before, after=wanted)
    return team(session, identity)


def deactivate_team(session: Session, actor: Actor, identity: UUID, expected: int) -> TeamView:
    """Give a team no more work; what it has may still be taken by its members. Raises Missing and Stale."""
    row = lock(session, Team, _WHAT, identity, expected)
    members = set(session.execute(_PRESENT, {"team": identity}).scalars())
    if change(session, row, {"active": False}):
        _tell(session, actor, "deactivated", row, before=members, after=members)
    return team(session, identity)


def _add(session: Session, row: Team, people: Collection[UUID]) -> None:
    may_join = set(session.execute(_MAY_JOIN, {"people": list(people)}).scalars())
    unknown = [str(person) for person in people if person not in may_join]
    if unknown:
        raise Unfit(Sentence("Not active people of this factory: {people}.", people=", ".join(unknown[:5])), "/members")
    session.add_all(TeamMember(tenant_id=row.tenant_id, team_id=row.id, user_id=person) for person in people)
    session.flush()


def _tell(  # noqa: PLR0913 - an audit entry has this many parts
    session: Session, actor: Actor, verb: str, row: Team, *, before: Collection[UUID] | None, after: Collection[UUID]
) -> None:
    told = {"code": row.code, "active": row.active, "members": sorted(map(str, after))}
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"teams:{verb}", module="access", actor_id=actor.user_id,
        subject_id=row.id, before=None if before is None else {"members": sorted(map(str, before))}, after=told,
    )  # fmt: skip
