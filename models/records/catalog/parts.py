from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.catalog import PartDraft, PartFilters, PartView
from models.messages.paging import Page
from models.records.paging import Listing, page, whole
from models.records.refusals import Conflict, Taken, Unfit, found
from models.records.versioned import change, lock, tell
from models.rules.sentences import Sentence
from models.rules.units import word
from models.tables.catalog import Part, Product, Supplier
from models.tables.stock import StockEntry

_WHAT, _MODULE = "part", "catalog"
_LISTING = Listing(
    "parts", Part.id,
    sorts={"sku": Part.sku, "name": Part.name, "created_at": Part.created_at},
    search=(Part.sku, Part.name),
)  # fmt: skip


def _statement() -> Select[*tuple[Any, ...]]:
    return select(Part, col(Supplier.code).label("supplier")).outerjoin(
        Supplier, col(Supplier.id) == col(Part.supplier_id)
    )


def view(row: Part, supplier: str | None) -> PartView:
    """Return a part as lists and pages show it."""
    return PartView(**row.model_dump(exclude={"tenant_id", "supplier_id"}), supplier=supplier)


def _shown(row: Row[Any]) -> PartView:
    return view(row.Part, row.supplier)


def parts(session: Session, filters: PartFilters) -> Page[PartView]:
    """Return one page of parts."""
    return page(session, _wanted(filters), _LISTING, filters, _shown)


def every_part(session: Session, filters: PartFilters) -> Iterator[PartView]:
    """Yield all parts that fit, in the order asked for."""
    return whole(session, _wanted(filters), _LISTING, filters, _shown)


def _wanted(filters: PartFilters) -> Select[*tuple[Any, ...]]:
    statement = _statement()
    if filters.kind is not None:
        statement = statement.where(col(Part.kind) == filters.kind.value)
    if filters.supplier is not None:
        statement = statement.where(col(Supplier.code) == filters.supplier)
    if filters.active is not None:
        statement = statement.where(col(Part.active) == filters.active)
    return statement


def part(session: Session, identity: UUID) -> PartView:
    """Return one part. Raises Missing."""
    return _shown(found(_WHAT, identity, session.execute(_statement().where(col(Part.id) == identity)).first()))


def parts_by_sku(session: Session, skus: Iterable[str]) -> dict[str, Part]:
    """Return the parts of these SKUs that exist, in one statement."""
    return {row.sku: row for row in session.scalars(select(Part).where(col(Part.sku).in_(sorted(set(skus)))))}


def create_part(session: Session, actor: Actor, draft: PartDraft) -> PartView:
    """Add a part. Raises Taken, and Unfit for a supplier that does not exist."""
    if session.scalars(select(col(Part.id)).where(col(Part.sku) == draft.sku)).first():
        raise Taken(_WHAT, draft.sku)
    row = Part(tenant_id=actor.tenant_id, **_columns(session, draft))
    session.add(row)
    session.flush()
    after = view(row, draft.supplier)
    tell(session, actor, "parts:created", row.id, module=_MODULE, after=after)
    return after


def change_part(session: Session, actor: Actor, identity: UUID, draft: PartDraft, expected: int) -> PartView:
    """Replace a part's fields. Raises Missing, Stale, Unfit, and Conflict for what stock or a product holds fixed."""
    row = lock(session, Part, _WHAT, identity, expected)
    if draft.sku != row.sku:
        raise Conflict("A part keeps its SKU for ever; add a new part instead.")
    if draft.uom != row.uom and _has_moved(session, identity):
        raise Conflict(Sentence(
            "Stock of '{part}' has moved in {uom}, so its unit stays; add a new part instead.",
            part=row.sku, uom=word(row.uom),
        ))  # fmt: skip
    if (
        draft.kind.value != row.kind
        and session.scalars(select(col(Product.id)).where(col(Product.part_id) == identity)).first()
    ):
        raise Conflict(
            Sentence("'{part}' holds the finished goods of a product, so it stays a made part.", part=row.sku)
        )
    return _changed(session, actor, row, _columns(session, draft), "updated")


def deactivate_part(session: Session, actor: Actor, identity: UUID, expected: int) -> PartView:
    """Take a part out of use: no template can be published with it any more. Raises Missing and Stale."""
    return _changed(session, actor, lock(session, Part, _WHAT, identity, expected), {"active": False}, "deactivated")


def _has_moved(session: Session, identity: UUID) -> bool:
    return (
        session.scalars(select(col(StockEntry.id)).where(col(StockEntry.part_id) == identity).limit(1)).first()
        is not None
    )


def _columns(session: Session, draft: PartDraft) -> dict[str, Any]:
    columns = draft.model_dump(exclude={"supplier"}) | {"kind": draft.kind.value, "supplier_id": None}
    if draft.supplier is not None:
        columns["supplier_id"] = session.scalars(
            select(col(Supplier.id)).where(col(Supplier.code) == draft.supplier)
        ).first()
        if columns["supplier_id"] is None:
            raise Unfit(Sentence("There is no supplier '{supplier}'.", supplier=draft.supplier), "/supplier")
    return columns


def _changed(session: Session, actor: Actor, row: Part, values: dict[str, Any], verb: str) -> PartView:
    before = part(session, row.id)
    changed = change(session, row, values)
    after = part(session, row.id)
    if changed:
        tell(session, actor, f"parts:{verb}", row.id, module=_MODULE, before=before, after=after)
    return after
