from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditCatalog, MayReadCatalog
from api.errors import documented
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.base import PositiveQuantity
from models.messages.boms import (
    BomEdit,
    BomExplosion,
    BomNode,
    BomTree,
    BomView,
    ExplodedPart,
    WhereUsed,
)
from models.records import bom_views as records
from models.records.catalog.facts import catalog_facts
from models.records.where_used import where_used
from models.rules.catalog import PartKind
from models.rules.costs import money
from templates_engine.bom_tree import Place, tree
from templates_engine.boms import ExplodedLine, explode

router = feature("bills of materials", "/parts/{part_id}/bom")
used = feature("bills of materials")


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


@router.get("/tree", summary="Read a bill of materials as a tree", responses=documented("not-found", "conflict"))
def get_bom_tree(
    part_id: UUID, actor: MayReadCatalog, quantity: Annotated[PositiveQuantity, Query()] = Decimal(1)
) -> BomTree:
    """Return each part as often as it is used below, for a quantity of the part, with what one unit costs."""
    return tree_of(actor, part_id, quantity)


@used.get("/parts/{part_id}/where-used", summary="Read where a part is used", responses=documented("not-found"))
def get_where_used(part_id: UUID, actor: MayReadCatalog) -> WhereUsed:
    """Return the parts made of it and the templates that take it."""
    with read(actor.sight) as session:
        return where_used(session, part_id)


def tree_of(actor: Actor, part_id: UUID, quantity: Decimal) -> BomTree:
    """Return a part's tree. Raises Missing and BomRefused."""
    with read(actor.sight) as session:
        sku = records.bom(session, part_id).sku
        facts = catalog_facts(session, [sku], [], active_only=False)
    grown = tree(sku, facts, quantity)
    return BomTree(
        id=part_id, sku=sku, quantity=quantity, unit_cost=money(grown.unit_cost), cut_off=grown.cut_off,
        nodes=tuple(_node(place) for place in grown.places),
    )  # fmt: skip


def _node(place: Place) -> BomNode:
    part = place.part
    return BomNode(
        path=place.path, level=place.level, part_id=part.id, sku=part.sku, name=part.name, kind=part.kind,
        uom=part.uom, per_unit=place.per_unit, quantity=place.quantity, unit_cost=money(place.unit_cost),
        cost=money(place.quantity * place.unit_cost), optional=place.line.optional, leaf=place.leaf,
    )  # fmt: skip


def _shown(line: ExplodedLine) -> ExplodedPart:
    part = line.part
    return ExplodedPart(
        part_id=part.id, sku=part.sku, name=part.name, kind=part.kind, level=line.level, uom=part.uom,
        quantity=line.quantity, cost=money(line.quantity * part.unit_cost),
    )  # fmt: skip
