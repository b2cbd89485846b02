from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Query, Request, Response
from fastapi.responses import StreamingResponse

from api import launching
from api.acting import CommandKey
from api.bulk import many_orders
from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayControlOrders, MayCreateOrders, MayReadCosts, MayReadOrders, MayReadOwnOrders
from api.errors import documented
from api.exporting import CSV_ANSWER, as_csv
from api.following import progress_of
from api.idempotency import Once
from api.paging import linked
from api.routing import feature
from api.steering import MAY_ANSWER, steer
from models.connections.postgres import begin, read
from models.messages.bulk import BulkResults, ManyOrders
from models.messages.command_views import CommandOutcomes
from models.messages.commands import CancelWorkOrder, HoldWorkOrder, ReleaseWorkOrder
from models.messages.costs import CostSheet
from models.messages.exports import OrderExport
from models.messages.forecasts import OrderForecast
from models.messages.orders import (
    ChangeOrder,
    ChoicesToOrder,
    OrderChanges,
    OrderFilters,
    OrderProgressView,
    OrderView,
    PlaceOrder,
)
from models.messages.paging import Page
from models.records import costs, order_choices, orders
from models.records import order_changes as changing
from models.records import order_views as records
from models.records.jobs import forecast

router = feature("orders", "/orders")


@router.get("", summary="List orders", responses=documented("bad-cursor"))
def list_orders(
    request: Request, response: Response, actor: MayReadOwnOrders, filters: Annotated[OrderFilters, Query()]
) -> Page[OrderView]:
    """Return one page of orders, newest first."""
    with read(actor.sight) as session:
        return linked(request, response, records.orders(session, filters))


@router.get("/export", summary="Export orders", response_class=StreamingResponse, responses=CSV_ANSWER)
def export_orders(actor: MayReadOwnOrders, asked: Annotated[OrderExport, Query()]) -> StreamingResponse:
    """Return every order that fits as a CSV file."""
    with read(actor.sight) as session:
        return as_csv("orders", OrderView, records.every_order(session, asked), asked)


@router.get("/choices", summary="List what can be ordered")
def list_choices(actor: MayCreateOrders) -> ChoicesToOrder:
    """Return the active products and the published ways of making them."""
    with read(actor.sight) as session:
        return ChoicesToOrder(items=order_choices.choices_to_order(session))


@router.post("/bulk", summary="Act on many orders", responses=documented("idempotency-key-missing"))
async def act_on_orders(request: Request, many: ManyOrders, actor: MayControlOrders, key: CommandKey) -> BulkResults:
    """Hold, release, cancel or prioritise up to 200 orders; each is decided by itself and answered with its fate."""
    return BulkResults(items=await many_orders(request.app.state.temporal, actor, key, many))


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
def get_order(order_id: UUID, request: Request, response: Response, actor: MayReadOwnOrders) -> OrderView:
    """Return one order; its ETag is what a change must name."""
    with read(actor.sight) as session:
        return versioned(request, response, records.order(session, order_id))


@router.patch(
    "/{order_id}", summary="Change an order",
    responses=documented("not-found", "conflict", "version-missing", "stale-version"),
)  # fmt: skip
def change_order(
    response: Response, order_id: UUID, ask: ChangeOrder, actor: MayControlOrders, expected: ExpectedVersion
) -> OrderView:
    """Move its due date or priority, with everything of it that is still open, and keep the reason."""
    with begin(actor.sight) as session:
        view = changing.change_order(session, actor, order_id, ask, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.get("/{order_id}/changes", summary="List its changes", responses=documented("not-found"))
def list_order_changes(order_id: UUID, actor: MayReadOrders) -> OrderChanges:
    """Return what was changed since it was placed, by whom and why, the newest first."""
    with read(actor.sight) as session:
        return OrderChanges(items=changing.changes(session, order_id))


@router.get("/{order_id}/forecast", summary="Forecast an order", responses=documented("not-found"))
def forecast_order(order_id: UUID, actor: MayReadOrders) -> OrderForecast:
    """Say when it will be done at the earliest, by the open job that will be the last."""
    with read(actor.sight) as session:
        return forecast.order_forecast(session, actor.tenant_id, order_id, datetime.now(UTC))


@router.get("/{order_id}/progress", summary="Follow an order", responses=documented("not-found"))
def get_order_progress(order_id: UUID, actor: MayReadOwnOrders) -> OrderProgressView:
    """Return how far an order is in plain figures, without a word of what goes on inside the factory."""
    return progress_of(actor, order_id)


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
