"""Saved filters: one's own, and those that others share with everybody who sees the list."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.access import Actor
from models.messages.filters import SavedFilterDraft, SavedFilterView
from models.records.refusals import Conflict, found
from models.rules.filters import FilteredList, kept, sees_shared
from models.rules.sentences import Sentence

_MOST = 100  # of one person for one list
_SHOWN = """
    SELECT f.id, f.list, f.name, f.query, f.shared, u.display_name AS owner, f.owner_id = :me AS mine, f.created_at
      FROM saved_filters f JOIN users u ON u.id = f.owner_id
"""
_OF_LIST = text(f"""
    {_SHOWN} WHERE f.list = :list AND (f.owner_id = :me OR (f.shared AND :shared))
     ORDER BY f.owner_id = :me DESC, f.name, f.id LIMIT 200
""")
_ONE = text(f"{_SHOWN} WHERE f.id = :id AND f.owner_id = :me")
_COUNT = text("SELECT count(*) FROM saved_filters WHERE owner_id = :me AND list = :list AND name <> :name")
_SAVE = text("""
    INSERT INTO saved_filters (tenant_id, id, owner_id, list, name, query, shared, created_at)
    VALUES (:tenant, :id, :me, :list, :name, :query, :shared, now())
    ON CONFLICT (tenant_id, owner_id, list, name) DO UPDATE SET query = excluded.query, shared = excluded.shared
    RETURNING id
""")
_DROP = text("DELETE FROM saved_filters WHERE id = :id AND owner_id = :me")


def saved(session: Session, actor: Actor, filtered: FilteredList) -> tuple[SavedFilterView, ...]:
    """Return the filters somebody may choose from in a list."""
    asked = {"list": filtered, "me": actor.user_id, "shared": sees_shared(actor.permissions, filtered)}
    return tuple(SavedFilterView.model_validate(dict(row)) for row in session.execute(_OF_LIST, asked).mappings())


def save(session: Session, actor: Actor, draft: SavedFilterDraft) -> SavedFilterView:
    """Keep a filter under its name, or replace one's own of that name. Raises Conflict for too many."""
    mine = {"me": actor.user_id, "list": draft.list, "name": draft.name}
    if session.execute(_COUNT, mine).scalar_one() >= _MOST:
        raise Conflict(
            Sentence("You have {most} saved filters for this list; delete one you no longer use.", most=_MOST)
        )
    shared = draft.shared and sees_shared(actor.permissions, draft.list)
    more = {"tenant": actor.tenant_id, "id": new_id(), "query": kept(draft.query), "shared": shared}
    identity = session.execute(_SAVE, mine | more).scalar_one()
    return _view(session, actor, identity)


def drop(session: Session, actor: Actor, identity: UUID) -> SavedFilterView:
    """Delete one's own filter. Raises Missing, for other people's too."""
    view = _view(session, actor, identity)
    session.execute(_DROP, {"id": identity, "me": actor.user_id})
    return view


def _view(session: Session, actor: Actor, identity: UUID) -> SavedFilterView:
    row = session.execute(_ONE, {"id": identity, "me": actor.user_id}).mappings().first()
    return SavedFilterView.model_validate(dict(found("saved filter", identity, row)))
