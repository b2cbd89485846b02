from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.catalog import SupplierDraft, SupplierFilters, SupplierView
from models.messages.paging import Page
from models.records.paging import Listing, page, whole
from models.records.refusals import Conflict, Taken, found
from models.records.versioned import change, lock, tell
from models.tables.catalog import Supplier

_WHAT, _MODULE = "supplier", "catalog"
_LISTING = Listing(
    "suppliers", Supplier.id,
    sorts={"code": Supplier.code, "name": Supplier.name, "created_at": Supplier.created_at},
    search=(Supplier.code, Supplier.name),
)  # fmt: skip


def view(row: Supplier) -> SupplierView:
    """Return a supplier as lists and pages show it."""
    return SupplierView.model_validate(row.model_dump(exclude={"tenant_id"}))


def suppliers(session: Session, filters: SupplierFilters) -> Page[SupplierView]:
    """Return one page of suppliers."""
    return page(session, _wanted(filters), _LISTING, filters, _shown)


def every_supplier(session: Session, filters: SupplierFilters) -> Iterator[SupplierView]:
    """Yield all suppliers that fit, in the order asked for."""
    return whole(session, _wanted(filters), _LISTING, filters, _shown)


def _wanted(filters: SupplierFilters) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = select(Supplier)
    if filters.active is not None:
        statement = statement.where(col(Supplier.active) == filters.active)
    return statement


def _shown(row: Row[Any]) -> SupplierView:
    return view(row.Supplier)


def supplier(session: Session, identity: UUID) -> SupplierView:
    """Return one supplier. Raises Missing."""
    return view(found(_WHAT, identity, session.get(Supplier, identity)))


def create_supplier(session: Session, actor: Actor, draft: SupplierDraft) -> SupplierView:
    """Add a supplier. Raises Taken."""
    if session.scalars(select(col(Supplier.id)).where(col(Supplier.code) == draft.code)).first():
        raise Taken(_WHAT, draft.code)
    row = Supplier(tenant_id=actor.tenant_id, **draft.model_dump())
    session.add(row)
    session.flush()
    after = view(row)
    tell(session, actor, "suppliers:created", row.id, module=_MODULE, after=after)
    return after


def change_supplier(
    session: Session, actor: Actor, identity: UUID, draft: SupplierDraft, expected: int
) -> SupplierView:
    """Replace a supplier's fields. Raises Missing, Stale, and Conflict for another code."""
    row = lock(session, Supplier, _WHAT, identity, expected)
    if draft.code != row.code:
        raise Conflict("A supplier keeps its code for ever; add a new supplier instead.")
    return _changed(session, actor, row, draft.model_dump(), "updated")


def deactivate_supplier(session: Session, actor: Actor, identity: UUID, expected: int) -> SupplierView:
    """Take a supplier out of use; what refers to it stays. Raises Missing and Stale."""
    row = lock(session, Supplier, _WHAT, identity, expected)
    return _changed(session, actor, row, {"active": False}, "deactivated")


def _changed(session: Session, actor: Actor, row: Supplier, values: dict[str, Any], verb: str) -> SupplierView:
    before = view(row)
    if change(session, row, values):
        tell(session, actor, f"suppliers:{verb}", row.id, module=_MODULE, before=before, after=view(row))
    return view(row)
