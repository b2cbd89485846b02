from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from api.deps import MayReadOrders
from api.errors import documented
from api.exporting import CSV_ANSWER, as_csv
from api.paging import linked
from api.routing import feature
from models.connections.postgres import read
from models.messages.exports import ManufacturingOrderExport
from models.messages.orders import ManufacturingOrderFilters, ManufacturingOrderView, RequirementView
from models.messages.paging import Page
from models.records import order_views as records
from models.records.tenants import currency

router = feature("manufacturing orders", "/manufacturing-orders")


@router.get("", summary="List manufacturing orders", responses=documented("bad-cursor"))
def list_manufacturing_orders(
    request: Request, response: Response, actor: MayReadOrders, filters: Annotated[ManufacturingOrderFilters, Query()]
) -> Page[ManufacturingOrderView]:
    """Return one page of manufacturing orders."""
    with read(actor.sight) as session:
        return linked(request, response, records.manufacturing_orders(session, filters))


@router.get("/export", summary="Export manufacturing orders", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_manufacturing_orders(
    actor: MayReadOrders, asked: Annotated[ManufacturingOrderExport, Query()]
) -> StreamingResponse:
    """Return every manufacturing order that fits as a CSV file."""
    with read(actor.sight) as session:
        rows = records.every_manufacturing_order(session, asked)
        return as_csv("manufacturing-orders", ManufacturingOrderView, rows, asked, currency(session, actor.tenant_id))


@router.get("/{manufacturing_order_id}", summary="Get a manufacturing order", responses=documented("not-found"))
def get_manufacturing_order(manufacturing_order_id: UUID, actor: MayReadOrders) -> ManufacturingOrderView:
    """Return one manufacturing order."""
    with read(actor.sight) as session:
        return records.manufacturing_order(session, manufacturing_order_id)


@router.get(
    "/{manufacturing_order_id}/requirements", summary="List its requirements", responses=documented("not-found")
)
def list_requirements(manufacturing_order_id: UUID, actor: MayReadOrders) -> tuple[RequirementView, ...]:
    """Return what it needs, part by part, beside what it has taken and what lies in stock."""
    with read(actor.sight) as session:
        return records.requirements(session, manufacturing_order_id)
