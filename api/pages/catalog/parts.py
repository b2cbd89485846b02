"""Parts: what is stocked, where it goes and what it is made of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import MayReadCatalog
from api.pages.boms.trees import Entered, tree_for
from api.pages.catalog.master_data import Kind, Told, register
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.catalog import PartDraft, PartFilters, SupplierFilters
from models.messages.stock import EntryFilters
from models.records import stock_ledger, stock_levels
from models.records.catalog import parts, suppliers
from models.records.where_used import where_used
from models.rules.access import Permission
from models.rules.catalog import PartKind
from models.rules.units import UNITS

router = pages("parts")
_MOST_SUPPLIERS = 200
_LATEST = 8


def _around(session: Session) -> Mapping[str, Any]:
    known = suppliers.suppliers(session, SupplierFilters(active=True, limit=_MOST_SUPPLIERS)).items
    return {"suppliers": known, "kinds": tuple(PartKind), "units": tuple(UNITS)}


PARTS = Kind(
    path="/parts", parameter="part_id", template="catalog/part", reads=Permission.CATALOG_READ, code="sku", kept=(),
    draft=PartDraft, filters=PartFilters, listed=parts.parts, read=parts.part, create=parts.create_part,
    change=parts.change_part, retire=parts.deactivate_part, around=_around,
    told=Told(
        marked("Part %(name)s is added."), marked("Part %(name)s is saved."),
        marked("Part %(name)s is out of use: nothing new can be made with it."),
        marked("Part %(name)s is in use again."),
    ),
)  # fmt: skip
register(router, PARTS)


@router.get("/parts/{part_id}")
def get_part(screen: TheScreen, part_id: UUID, actor: MayReadCatalog, quantity: Entered = "") -> HTMLResponse:
    """Show one part: what it is, what there is of it, what it is made of and where it goes."""
    sees_stock = screen.may(Permission.STOCK_READ)
    with read(actor.sight) as session:
        part = parts.part(session, part_id)
        uses = where_used(session, part_id)
        level = stock_levels.level(session, part_id) if sees_stock else None
        asked_entries = EntryFilters(part=part.sku, location="stock", limit=_LATEST)
        latest = stock_ledger.entries(session, asked_entries).items if sees_stock else ()
    made = part.kind is not PartKind.BOUGHT
    return screen.show(
        "catalog/part.html", part=part, uses=uses, level=level, latest=latest,
        tree=tree_for(screen, actor, part_id, quantity) if made else None,
    )  # fmt: skip
