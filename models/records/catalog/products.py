from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.catalog import PartDraft, ProductDraft, ProductFilters, ProductView
from models.messages.paging import Page
from models.records.catalog.parts import create_part
from models.records.paging import Listing, page, whole
from models.records.refusals import Conflict, Taken, found
from models.records.versioned import change, lock, tell
from models.rules.catalog import PartKind
from models.rules.sentences import Sentence
from models.rules.units import word
from models.tables.catalog import Part, Product

_WHAT, _MODULE = "product", "catalog"
_LISTING = Listing(
    "products", Product.id,
    sorts={"sku": Product.sku, "name": Product.name, "created_at": Product.created_at},
    search=(Product.sku, Product.name),
)  # fmt: skip


def _statement() -> Select[*tuple[Any, ...]]:
    on = col(Part.id) == col(Product.part_id)
    return select(Product, col(Part.uom).label("uom")).join(Part, on)


def view(row: Product, uom: str) -> ProductView:
    """Return a product as lists and pages show it."""
    return ProductView(**row.model_dump(exclude={"tenant_id"}), uom=uom)


def _shown(row: Row[Any]) -> ProductView:
    return view(row.Product, row.uom)


def products(session: Session, filters: ProductFilters) -> Page[ProductView]:
    """Return one page of products."""
    return page(session, _wanted(filters), _LISTING, filters, _shown)


def every_product(session: Session, filters: ProductFilters) -> Iterator[ProductView]:
    """Yield all products that fit, in the order asked for."""
    return whole(session, _wanted(filters), _LISTING, filters, _shown)


def _wanted(filters: ProductFilters) -> Select[*tuple[Any, ...]]:
    statement = _statement()
    if filters.active is not None:
        statement = statement.where(col(Product.active) == filters.active)
    return statement


def product(session: Session, identity: UUID) -> ProductView:
    """Return one product. Raises Missing."""
    return _shown(found(_WHAT, identity, session.execute(_statement().where(col(Product.id) == identity)).first()))


def create_product(session: Session, actor: Actor, draft: ProductDraft) -> ProductView:
    """Add a product and, unless it is there already, the made part that holds its finished goods.

    Raises Taken, and Conflict where a part of this SKU is of another kind or unit.
    """
    if has_product(session, draft.sku):
        raise Taken(_WHAT, draft.sku)
    part = session.scalars(select(Part).where(col(Part.sku) == draft.sku)).first()
    if part is None:
        made = PartDraft(sku=draft.sku, name=draft.name, kind=PartKind.MADE, uom=draft.uom)
        part_id = create_part(session, actor, made).id
    elif part.kind != PartKind.MADE or part.uom != draft.uom:
        raise Conflict(Sentence(
            "'{part}' is already a {kind} part counted in {uom}; a product's part is made.",
            part=part.sku, kind=Sentence(part.kind), uom=word(part.uom),
        ))  # fmt: skip
    else:
        part_id = part.id
    row = Product(tenant_id=actor.tenant_id, part_id=part_id, **draft.model_dump(exclude={"uom"}))
    session.add(row)
    session.flush()
    after = view(row, draft.uom)
    tell(session, actor, "products:created", row.id, module=_MODULE, after=after)
    return after


def change_product(session: Session, actor: Actor, identity: UUID, draft: ProductDraft, expected: int) -> ProductView:
    """Replace a product's fields. Raises Missing, Stale, and Conflict for another SKU or unit."""
    row = lock(session, Product, _WHAT, identity, expected)
    if draft.sku != row.sku or draft.uom != product(session, identity).uom:
        raise Conflict("A product keeps its SKU for ever, and the unit of its part; add a new product instead.")
    return _changed(session, actor, row, draft.model_dump(exclude={"uom"}), "updated")


def deactivate_product(session: Session, actor: Actor, identity: UUID, expected: int) -> ProductView:
    """Take a product out of use: no template of it can be published any more. Raises Missing and Stale."""
    row = lock(session, Product, _WHAT, identity, expected)
    return _changed(session, actor, row, {"active": False}, "deactivated")


def _changed(session: Session, actor: Actor, row: Product, values: dict[str, Any], verb: str) -> ProductView:
    before = product(session, row.id)
    if not change(session, row, values):
        return before
    after = view(row, before.uom)
    tell(session, actor, f"products:{verb}", row.id, module=_MODULE, before=before, after=after)
    return after


def add_missing_product(session: Session, actor: Actor, draft: ProductDraft) -> tuple[str, ...]:
    """Add the product unless it is there; return the added SKU. Raises Conflict as create_product does."""
    if has_product(session, draft.sku):
        return ()
    return (create_product(session, actor, draft).sku,)


def has_product(session: Session, sku: str) -> bool:
    """Tell whether there is a product of this SKU."""
    return session.scalars(select(col(Product.id)).where(col(Product.sku) == sku)).first() is not None


def product_name(session: Session, identity: UUID) -> str:
    """Return a product's name."""
    return session.get_one(Product, identity).name
