"""Manufacturing orders: the list; one of them is shown with its order, of which it is the making."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import MayReadOrders
from api.pages.frame.asking import filters_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from models.connections.postgres import read
from models.messages.orders import ManufacturingOrderFilters
from models.records import filters as saved_filters
from models.records import order_views as records
from models.rules.filters import FilteredList
from models.rules.orders import Status

router = pages("manufacturing orders")


@router.get("/manufacturing-orders")
def list_manufacturing_orders(
    screen: TheScreen,
    actor: MayReadOrders,
    filters: Annotated[ManufacturingOrderFilters, Depends(filters_of(ManufacturingOrderFilters))],
) -> HTMLResponse:
    """Show one page of manufacturing orders."""
    with read(actor.sight) as session:
        found = records.manufacturing_orders(session, filters)
        saved = saved_filters.saved(session, actor, FilteredList.MANUFACTURING_ORDERS)
    return screen.show(
        "manufacturing_orders/list.html", found=found, filters=filters, statuses=tuple(Status), saved=saved
    )


@router.get("/manufacturing-orders/{manufacturing_order_id}")
def get_manufacturing_order(screen: TheScreen, manufacturing_order_id: UUID, actor: MayReadOrders) -> RedirectResponse:
    """Lead to the order it makes."""
    with read(actor.sight) as session:
        found = records.manufacturing_order(session, manufacturing_order_id)
    return screen.go(f"/orders/{found.order_id}")
