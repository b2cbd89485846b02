from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Query, Request, Response

from api import launching
from api.acting import CommandKey
from api.deps import MayControlOrders, MayCreateOrders, MayReadCosts, MayReadOwnOrders
from api.errors import documented
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from api.steering import MAY_ANSWER, steer
from models.connections.postgres import read
from models.messages.command_views import CommandOutcomes
from models.messages.commands import CancelWorkOrder, HoldWorkOrder, ReleaseWorkOrder
from models.messages.costs import CostSheet
from models.messages.orders import OrderFilters, OrderView, PlaceOrder
from models.messages.paging import Page
from models.records import costs, orders
from models.records import order_views as records

router = feature("orders", "/orders")


@router.get("", summary="List orders", responses=documented("bad-cursor"))
def list_orders(
    request: Request, response: Response, actor: MayReadOwnOrders, filters: Annotated[OrderFilters, Query()]
) -> Page[OrderView]:
    """Return one page of orders, newest first."""
    with read(actor.sight) as session:
        return linked(request, response, records.orders(session, filters))


@router.post(
    "", status_code=201, summary="Place an order", response_model=OrderView,
    responses=documented("conflict", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def place_order(
    request: Request, wanted: PlaceOrder, actor: MayCreateOrders, once: Once, after: BackgroundTasks
) -> Response:
    """Place an order; its workflow makes the manufacturing order and its jobs at once."""
    answer = once(wanted, lambda session: orders.place(session, actor, wanted), status=201, location="/orders")
    after.add_task(launching.launch_now, request.app.state.temporal, actor.tenant_id)
    return answer


@router.get("/{order_id}", summary="Get an order", responses=documented("not-found"))
def get_order(order_id: UUID, actor: MayReadOwnOrders) -> OrderView:
    """Return one order."""
    with read(actor.sight) as session:
        return records.order(session, order_id)


@router.get("/{order_id}/costs", summary="Read its cost sheet", responses=documented("not-found"))
def get_order_costs(order_id: UUID, actor: MayReadCosts) -> CostSheet:
    """Return planned and actual cost so far; the plan stays as it was at release."""
    with read(actor.sight) as session:
        records.order(session, order_id)
        return costs.sheet_of_order(session, order_id)


@router.post("/{order_id}/cancel", summary="Cancel an order", response_model=CommandOutcomes, responses=MAY_ANSWER)
async def cancel_order(
    request: Request, order_id: UUID, ask: CancelWorkOrder, actor: MayControlOrders, key: CommandKey
) -> Response:
    """Cancel every open job of an order; finished goods stay, material already used stays used."""
    return await steer(request, actor, key, order_id, ask)


@router.post("/{order_id}/hold", summary="Hold an order", response_model=CommandOutcomes, responses=MAY_ANSWER)
async def hold_order(
    request: Request, order_id: UUID, ask: HoldWorkOrder, actor: MayControlOrders, key: CommandKey
) -> Response:
    """Stop work on every open job of an order until it is released."""
    return await steer(request, actor, key, order_id, ask)


@router.post("/{order_id}/release", summary="Release an order", response_model=CommandOutcomes, responses=MAY_ANSWER)
async def release_order(request: Request, order_id: UUID, actor: MayControlOrders, key: CommandKey) -> Response:
    """Let work on every held job of an order go on; a job that is not held says so."""
    return await steer(request, actor, key, order_id, ReleaseWorkOrder())
