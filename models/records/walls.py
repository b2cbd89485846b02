"""Links that show the factory's boards on a wall: read-only, revocable, known by the digest of their token alone."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlmodel import Session

from models.connections.secrets import digest, same
from models.messages.access import Actor
from models.messages.paging import Page
from models.messages.walls import WallDraft, WallFilters, WallMade, WallView
from models.records.access.addressed import new_token
from models.records.paging import Listing, page
from models.records.refusals import Unfit, found
from models.records.versioned import tell
from models.tables.base import utc_now
from models.tables.walls import WallLink

_WHAT = "wall link"
_LISTING = Listing("walls", WallLink.id, sorts={"created_at": WallLink.created_at}, search=(WallLink.name,))
_SEEN = text("""
    UPDATE wall_links SET last_seen_at = now()
     WHERE id = :id AND (last_seen_at IS NULL OR last_seen_at < now() - interval '1 minute')
""")


def walls(session: Session, filters: WallFilters) -> Page[WallView]:
    """Return one page of links, without their tokens."""
    return page(session, select(WallLink), _LISTING, filters, _shown)


def create_wall(session: Session, actor: Actor, draft: WallDraft) -> WallMade:
    """Make a link; its token is shown now and never again. Raises Unfit for an end in the past."""
    if draft.expires_at is not None and draft.expires_at <= utc_now():
        raise Unfit("The link would have expired before it is used.", "/expires_at")
    row = WallLink(tenant_id=actor.tenant_id, token_hash="", created_by=actor.user_id, **draft.model_dump())
    token = new_token(actor.tenant_id, row.id)
    row.token_hash = digest(token)
    session.add(row)
    session.flush()
    view = _view(row)
    tell(session, actor, "walls:created", row.id, module="access", after=view)
    return WallMade(**view.model_dump(), token=token)


def revoke_wall(session: Session, actor: Actor, identity: UUID) -> WallView:
    """End a link at once and for ever; one that had ended stays as it was. Raises Missing."""
    row: WallLink = found(_WHAT, identity, session.get(WallLink, identity, with_for_update=True))
    if row.revoked_at is None:
        before, row.revoked_at = _view(row), utc_now()
        session.flush()
        tell(session, actor, "walls:revoked", row.id, module="access", before=before, after=_view(row))
    return _view(row)


def opened(session: Session, identity: UUID, token: str) -> WallView | None:
    """Return the living link a token opens, and note that it is looked at; None for any other."""
    row = session.get(WallLink, identity)
    if row is None or not same(digest(token), row.token_hash) or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= utc_now():
        return None
    session.execute(_SEEN, {"id": row.id})
    return _view(row)


def _shown(row: Row[Any]) -> WallView:
    return _view(row.WallLink)


def _view(row: WallLink) -> WallView:
    return WallView.model_validate(row.model_dump(exclude={"tenant_id", "token_hash", "created_by"}))
