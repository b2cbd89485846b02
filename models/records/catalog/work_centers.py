from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.catalog import WorkCenterDraft, WorkCenterFilters, WorkCenterView
from models.messages.paging import Page
from models.records.paging import Listing, page, whole
from models.records.refusals import Conflict, Taken, found
from models.records.versioned import change, lock, tell
from models.tables.catalog import WorkCenter

_WHAT, _MODULE = "work centre", "catalog"
_LISTING = Listing(
    "work_centers", WorkCenter.id,
    sorts={"code": WorkCenter.code, "name": WorkCenter.name, "created_at": WorkCenter.created_at},
    search=(WorkCenter.code, WorkCenter.name),
)  # fmt: skip


def view(row: WorkCenter) -> WorkCenterView:
    """Return a work centre as lists and pages show it."""
    return WorkCenterView.model_validate(row.model_dump(exclude={"tenant_id"}))


def work_centers(session: Session, filters: WorkCenterFilters) -> Page[WorkCenterView]:
    """Return one page of work centres."""
    return page(session, _wanted(filters), _LISTING, filters, _shown)


def every_work_center(session: Session, filters: WorkCenterFilters) -> Iterator[WorkCenterView]:
    """Yield all work centres that fit, in the order asked for."""
    return whole(session, _wanted(filters), _LISTING, filters, _shown)


def _wanted(filters: WorkCenterFilters) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = select(WorkCenter)
    if filters.active is not None:
        statement = statement.where(col(WorkCenter.active) == filters.active)
    return statement


def _shown(row: Row[Any]) -> WorkCenterView:
    return view(row.WorkCenter)


def work_center(session: Session, identity: UUID) -> WorkCenterView:
    """Return one work centre. Raises Missing."""
    return view(found(_WHAT, identity, session.get(WorkCenter, identity)))


def create_work_center(session: Session, actor: Actor, draft: WorkCenterDraft) -> WorkCenterView:
    """Add a work centre. Raises Taken."""
    if session.scalars(select(col(WorkCenter.id)).where(col(WorkCenter.code) == draft.code)).first():
        raise Taken(_WHAT, draft.code)
    row = WorkCenter(tenant_id=actor.tenant_id, **draft.model_dump())
    session.add(row)
    session.flush()
    after = view(row)
    tell(session, actor, "work_centers:created", row.id, module=_MODULE, after=after)
    return after


def change_work_center(
    session: Session, actor: Actor, identity: UUID, draft: WorkCenterDraft, expected: int
) -> WorkCenterView:
    """Replace a work centre's fields. Raises Missing, Stale, and Conflict for another code."""
    row = lock(session, WorkCenter, _WHAT, identity, expected)
    if draft.code != row.code:
        raise Conflict("A work centre keeps its code for ever; add a new work centre instead.")
    return _changed(session, actor, row, draft.model_dump(), "updated")


def deactivate_work_center(session: Session, actor: Actor, identity: UUID, expected: int) -> WorkCenterView:
    """Take a work centre out of use: no template can be published with it any more. Raises Missing and Stale."""
    row = lock(session, WorkCenter, _WHAT, identity, expected)
    return _changed(session, actor, row, {"active": False}, "deactivated")


def _changed(session: Session, actor: Actor, row: WorkCenter, values: dict[str, Any], verb: str) -> WorkCenterView:
    before = view(row)
    if change(session, row, values):
        tell(session, actor, f"work_centers:{verb}", row.id, module=_MODULE, before=before, after=view(row))
    return view(row)
