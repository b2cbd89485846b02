"""Orders: the list, one order, placing one, and what a manager does to a whole order."""

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field
from sqlmodel import Session
from starlette.background import BackgroundTask

from api import launching
from api.bulk import many_orders
from api.deps import MayControlOrders, MayCreateOrders, MayReadOwnOrders
from api.following import progress_of, progress_of_all
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm, Steering, TheAct, steered, told
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.bulk import TheBulk, meant, told_of_each
from api.pages.frame.faults import reason, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.steering import StillScaling, every_job
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.bulk import ManyOrders
from models.messages.orders import ChangeOrder, ManufacturingOrderFilters, OrderFilters, OrderView, PlaceOrder
from models.messages.work_orders import JobFilters
from models.records import costs, order_changes, order_choices, orders
from models.records import filters as saved_filters
from models.records import order_views as records
from models.records.jobs import forecast
from models.records.jobs import views as jobs
from models.records.refusals import Refusal
from models.rules.access import Permission
from models.rules.filters import FilteredList
from models.rules.orders import Status

router = pages("orders")
_SHOWN_JOBS = 50
_USUAL = 3  # the priority of what customers order themselves
_ORDERS = marked("Orders")
_PLACED = marked("Order %(code)s is placed.")


class OrderForm(ActForm):
    """A new order as the form sends it: texts, checked when it becomes a PlaceOrder. `due` is in the local time."""

    product: str = ""
    quantity: str = ""
    lot_size: str = ""
    due: str = ""
    past_due: str = ""  # the date that the person was already asked about
    priority: str = "3"
    customer_name: str = ""
    customer_reference: str = ""
    notes: str = ""


class ChangeForm(ActForm):
    """A new date and priority of a placed order; `version` is the one the person saw."""

    due: str = Field("", max_length=40)
    priority: str = Field("", max_length=2)
    version: int = Field(0, ge=0, le=999_999_999)


_CHANGED = marked("The order is changed; the reason stands below.")
_CHANGED_TO_THE_PAST = marked(
    "The order is changed. Its new date lies in the past, so it is late: is that what you meant?"
)
_DONE = {
    Steering.HOLD: marked("The order is on hold."),
    Steering.RELEASE: marked("The order goes on."),
    Steering.CANCEL: marked("The order is cancelled; what was used stays used."),
}


@router.get("/orders")
def list_orders(
    screen: TheScreen, actor: MayReadOwnOrders, filters: Annotated[OrderFilters, Depends(filters_of(OrderFilters))]
) -> HTMLResponse:
    """Show one page of orders."""
    with read(actor.sight) as session:
        found = records.orders(session, filters)
    if not screen.may(Permission.ORDERS_READ):
        progress = progress_of_all(actor, [order.id for order in found.items])
        return screen.show("orders/own_list.html", found=found, filters=filters, progress=progress)
    with read(actor.sight) as session:
        saved = saved_filters.saved(session, actor, FilteredList.ORDERS)
    return screen.show("orders/list.html", found=found, filters=filters, statuses=tuple(Status), saved=saved)


@router.post("/orders/bulk")
async def act_on_orders(screen: TheScreen, actor: MayControlOrders, form: TheBulk) -> HTMLResponse:
    """Hold, release, cancel or prioritise several orders, and show what became of each."""
    ids = await asyncio.to_thread(meant, form, OrderFilters, lambda filters: _fitting(actor, filters))
    many = checked(ManyOrders, {"ids": ids, "ask": form.asked()})
    results = await many_orders(screen.request.app.state.temporal, actor, form.key, many)
    return told_of_each(screen, results, "/orders", screen.words(_ORDERS), form.query)


def _fitting(actor: Actor, filters: OrderFilters) -> list[UUID]:
    with read(actor.sight) as session:
        return [order.id for order in records.orders(session, filters).items]


@router.get("/orders/new")
def get_new_order(screen: TheScreen, actor: MayCreateOrders) -> HTMLResponse:
    """Show the form of a new order."""
    with read(actor.sight) as session:
        products = order_choices.choices_to_order(session)
    return screen.show("orders/new.html", products=products, form={}, faults={}, past=False)


@router.post("/orders")
def post_order(
    request: Request, screen: TheScreen, actor: MayCreateOrders, form: Annotated[OrderForm, Form()]
) -> Response:
    """Place an order once, and lead to it; what is wrong is told at its field, a date in the past is asked about."""
    try:
        wanted = checked(PlaceOrder, _wanted(form, screen))
        if wanted.due_at < screen.formats.now and form.past_due != form.due:
            return _form_again(screen, actor, form, past=True)
        if not screen.may(Permission.ORDERS_READ):
            wanted = wanted.model_copy(
                update={"customer_name": actor.display_name, "priority": _USUAL, "lot_size": None}
            )
        place = OnceRunner(request, actor, form.key)
        made = json.loads(bytes(place(wanted, lambda session: orders.place(session, actor, wanted), status=201).body))
    except (RequestValidationError, Refusal, orders.OrderRefused) as fault:
        return _form_again(screen, actor, form, faults=_faults(screen, fault))
    answer = screen.go(f"/orders/{made['id']}", said=screen.words(_PLACED, code=made["code"]))
    answer.background = BackgroundTask(launching.launch_now, request.app.state.temporal, actor.tenant_id)
    return answer


def _form_again(
    screen: Screen, actor: Actor, form: OrderForm, *, faults: dict[str, str] | None = None, past: bool = False
) -> Response:
    """Return the form as it was filled in, with what is wrong or what to think about again."""
    with read(actor.sight) as session:
        products = order_choices.choices_to_order(session)
    return screen.show(
        "orders/new.html", 422, products=products, form=form.model_dump(), faults=faults or {}, past=past
    )


def _wanted(form: OrderForm, screen: Screen) -> dict[str, Any]:
    """Return the fields that were filled in; day and time are an instant of the person's time zone."""
    wanted: dict[str, Any] = form.model_dump(exclude={"key", "reason", "due", "past_due"})
    wanted["due_at"] = _instant(form.due, screen)
    # One entry of a choice may name a version of how it is made beside the product.
    wanted["product"], _, wanted["template_id"] = form.product.partition(" ")
    return {name: value for name, value in wanted.items() if value}


def _instant(local: str, screen: Screen) -> datetime | str:
    """Return what a field for day and time holds, as an instant; what it cannot be is left for the check to tell."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=screen.formats.zone)
    except ValueError:
        return local


def _faults(screen: Screen, fault: Exception) -> dict[str, str]:
    """Return what is wrong by field; under no name what belongs to none."""
    if isinstance(fault, RequestValidationError):
        # The form's field for `due_at` is called `due`.
        return {str(one["loc"][1]).removesuffix("_at"): reason(screen, one) for one in fault.errors()}
    return {"": screen.why(fault)}


@router.get("/orders/{order_id}")
def get_order(screen: TheScreen, order_id: UUID, actor: MayReadOwnOrders) -> HTMLResponse:
    """Show one order: how far it is, its jobs, what it needs and what it costs, each to those who may see it."""
    with read(actor.sight) as session:
        found = records.order(session, order_id)
        if not screen.may(Permission.ORDERS_READ):
            return screen.show("orders/own.html", order=found, progress=progress_of(actor, order_id))
        came_from = screen.came_from(OrderFilters)
        beside = records.beside_order(session, came_from, order_id) if came_from else None
        return screen.show("orders/order.html", order=found, beside=beside, **_parts(session, screen, actor, order_id))


def _parts(session: Session, screen: Screen, actor: Actor, order_id: UUID) -> dict[str, Any]:
    """Return what belongs to an order; None for what the person may not see or is not there yet."""
    parts: dict[str, Any] = {
        "jobs": None,
        "made": None,
        "requirements": (),
        "sheet": None,
        "forecast": None,
        "changes": (),
    }
    if screen.may(Permission.WORK_ORDERS_READ):
        asked = JobFilters(order_id=order_id, sort="code", limit=_SHOWN_JOBS)
        parts["forecast"] = forecast.order_forecast(session, actor.tenant_id, order_id, screen.formats.now)
        parts["jobs"] = jobs.jobs(session, asked)
    if screen.may(Permission.ORDERS_READ):
        found = records.manufacturing_orders(session, ManufacturingOrderFilters(order_id=order_id, limit=1)).items
        parts["made"] = found[0] if found else None
        parts["changes"] = order_changes.changes(session, order_id)
        parts["requirements"] = records.requirements(session, found[0].id) if found else ()
    if screen.may(Permission.COSTS_READ):
        parts["sheet"] = costs.sheet_of_order(session, order_id)
    return parts


@router.post("/orders/{order_id}/change")
def post_order_change(
    request: Request, screen: TheScreen, order_id: UUID, actor: MayControlOrders, form: Annotated[ChangeForm, Form()]
) -> RedirectResponse:
    """Move date and priority of an order once, as it was seen; lead back to it, and tell of a date in the past."""
    due = _instant(form.due, screen)
    with read(actor.sight) as session:
        before = records.order(session, order_id).due_at

    def change(session: Session, ask: ChangeOrder) -> OrderView:
        seen = records.order(session, order_id)
        if ask.due_at is not None and _to_the_minute(seen.due_at) == ask.due_at:
            ask = ask.model_copy(update={"due_at": None})
        return order_changes.change_order(session, actor, order_id, ask, form.version)

    def act() -> None:
        ask = checked(ChangeOrder, {"due_at": due, "priority": form.priority, "reason": form.reason})
        OnceRunner(request, actor, form.key)(ask, lambda session: change(session, ask))

    if isinstance(due, datetime) and due < screen.formats.now and due != _to_the_minute(before):
        return tried(screen, f"/orders/{order_id}", act, _CHANGED_TO_THE_PAST, kind="warn")
    return tried(screen, f"/orders/{order_id}", act, _CHANGED)


def _to_the_minute(instant: datetime) -> datetime:
    """Return an instant as a form shows it and sends it back."""
    return instant.replace(second=0, microsecond=0)


@router.post("/orders/{order_id}/{steering}")
async def steer_order(
    screen: TheScreen, order_id: UUID, steering: Steering, actor: MayControlOrders, form: TheAct
) -> RedirectResponse:
    """Hold, release or cancel every open job of an order."""
    ask, back = steered(steering, form.reason), f"/orders/{order_id}"
    try:
        outcomes = await every_job(screen.request.app.state.temporal, actor, form.key, order_id, ask)
    except (Refusal, StillScaling) as refusal:
        return screen.go(back, said=screen.why(refusal), kind="bad")
    return told(screen, outcomes, back, screen.words(_DONE[steering]))
