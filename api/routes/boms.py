from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditCatalog, MayReadCatalog
from api.errors import documented
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.base import PositiveQuantity
from models.messages.boms import BomEdit, BomExplosion, BomView, ExplodedPart
from models.records import bom_views as records
from models.records.catalog.facts import catalog_facts
from models.rules.catalog import PartKind
from models.rules.costs import money
from templates_engine.boms import ExplodedLine, explode

router = feature("bills of materials", "/parts/{part_id}/bom")


@router.get("", summary="Read a bill of materials", responses=documented("not-found"))
def get_bom(part_id: UUID, request: Request, response: Response, actor: MayReadCatalog) -> BomView:
    """Return a part's own lines, per unit of it; empty for a part that has none."""
    with read(actor.sight) as session:
        view = records.bom(session, part_id)
    return versioned(request, response, view)


@router.put("", summary="Replace a bill of materials", responses=documented("not-found", "stale-version", "conflict"))
def put_bom(
    part_id: UUID, bom: BomEdit, response: Response, actor: MayEditCatalog, expected: ExpectedVersion
) -> BomView:
    """Replace all lines of a made or phantom part; one that would contain itself is refused with the way round."""
    with begin(actor.sight) as session:
        view = records.change_bom(session, actor, part_id, bom.lines, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.get("/explosion", summary="Explode a bill of materials", responses=documented("not-found", "conflict"))
def explode_bom(
    part_id: UUID, actor: MayReadCatalog, quantity: Annotated[PositiveQuantity, Query()] = Decimal(1)
) -> BomExplosion:
    """Return every part below, level by level, for a quantity of the part; losses included, nothing rounded."""
    with read(actor.sight) as session:
        sku = records.bom(session, part_id).sku
        facts = catalog_facts(session, [sku], [], active_only=False)
    parts = tuple(_shown(line) for line in explode(sku, facts, quantity))
    bought = sum((part.cost for part in parts if part.kind is PartKind.BOUGHT), Decimal(0))
    return BomExplosion(sku=sku, quantity=quantity, parts=parts, material_cost=bought)


def _shown(line: ExplodedLine) -> ExplodedPart:
    part = line.part
    return ExplodedPart(
        part_id=part.id, sku=part.sku, name=part.name, kind=part.kind, level=line.level, uom=part.uom,
        quantity=line.quantity, cost=money(line.quantity * part.unit_cost),
    )  # fmt: skip
