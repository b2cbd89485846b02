"""Work orders: the list, and one work order with everything known of it and what a manager may do."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field, TypeAdapter, ValidationError

from api.bulk import many_work_orders
from api.commands import Wish
from api.deps import MayControlWorkOrders, MayReadOwnWorkOrders, requires
from api.pages.frame.acting import ActForm, carry_out
from api.pages.frame.asking import checked, filters_of, number
from api.pages.frame.bulk import TheBulk, meant, told_of_each
from api.pages.frame.faults import reason
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.bulk import ManyWorkOrders
from models.messages.commands import Request
from models.messages.work_orders import WorkOrderFilters
from models.records import filters as saved_filters
from models.records.access.workers import people_who_work, teams_that_work
from models.records.work_orders import views as records
from models.records.work_orders.rework import rework_targets
from models.rules.access import TO_DO, Permission
from models.rules.filters import FilteredList
from models.rules.work_orders import MOVES, Action, WorkOrderState

router = pages("work orders")
_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
_WORK_ORDERS = marked("Work orders")
_DONE = {
    Action.ASSIGN: marked("The work was given on."),
    Action.HOLD: marked("The work order is on hold."),
    Action.RELEASE: marked("The work order goes on."),
    Action.SKIP: marked("The step is skipped."),
    Action.REWORK: marked("The pieces go back; the next attempt is open."),
    Action.CANCEL: marked("The work order is cancelled."),
}


class ControlForm(ActForm):
    """What a manager does to a work order; `to` is person:<id>, team:<id> or nobody."""

    to: str = Field("", max_length=60)
    quantity: str = Field("", max_length=40)
    target: str = Field("", max_length=64)


@router.get("/work-orders")
def list_work_orders(
    screen: TheScreen,
    actor: MayReadOwnWorkOrders,
    filters: Annotated[WorkOrderFilters, Depends(filters_of(WorkOrderFilters))],
) -> HTMLResponse:
    """Show one page of work orders."""
    people: dict[str, Any] = {"people": (), "teams": ()}
    with read(actor.sight) as session:
        found = records.work_orders(session, filters, actor.user_id)
        saved = saved_filters.saved(session, actor, FilteredList.WORK_ORDERS)
        if screen.may(Permission.WORK_ORDERS_CONTROL):
            people = {"people": people_who_work(session), "teams": teams_that_work(session)}
    return screen.show(
        "work_orders/list.html", found=found, filters=filters, states=tuple(WorkOrderState), saved=saved, **people
    )


@router.post("/work-orders/bulk")
async def act_on_work_orders(screen: TheScreen, actor: MayControlWorkOrders, form: TheBulk) -> HTMLResponse:
    """Assign, hold, release, skip or cancel several work orders, and show what became of each."""
    ids = await asyncio.to_thread(meant, form, WorkOrderFilters, lambda filters: _fitting(actor, filters))
    many = checked(ManyWorkOrders, {"ids": ids, "ask": form.asked()})
    results = await many_work_orders(screen.request.app.state.temporal, actor, form.key, many)
    return told_of_each(screen, results, "/work-orders", screen.words(_WORK_ORDERS), form.query)


def _fitting(actor: Actor, filters: WorkOrderFilters) -> list[UUID]:
    with read(actor.sight) as session:
        return [order.id for order in records.work_orders(session, filters, actor.user_id).items]


@router.get("/work-orders/{work_order_id}")
def get_work_order(screen: TheScreen, work_order_id: UUID, actor: MayReadOwnWorkOrders) -> HTMLResponse:
    """Show one work order."""
    facts: dict[str, Any] = {"people": (), "teams": (), "targets": (), "beside": None}
    with read(actor.sight) as session:
        order = records.work_order(session, actor.tenant_id, work_order_id)
        came_from = screen.came_from(WorkOrderFilters)
        if came_from is not None:
            facts["beside"] = records.beside_work_order(session, came_from, actor.user_id, work_order_id)
        if screen.may(TO_DO[Action.ASSIGN]):
            facts |= {"people": people_who_work(session), "teams": teams_that_work(session)}
        if screen.may(TO_DO[Action.REWORK]):
            facts["targets"] = rework_targets(session, actor.tenant_id, work_order_id)
    labels = {field.key: field for field in order.fields}
    actions = {action.value for state, action in MOVES if state is order.state and action in _DONE}
    actions -= {"hold"} if order.held else {"release"}
    actions -= set() if order.optional else {"skip"}
    actions = {action for action in actions if screen.may(TO_DO[Action(action)])}
    return screen.show("work_orders/work_order.html", order=order, labels=labels, actions=actions, **facts)


def _add_control(action: Action, done: str) -> None:
    """Add the form of one action, which needs that action's permission."""
    may_do = Depends(requires(TO_DO[action]))

    @router.post(f"/work-orders/{{work_order_id}}/{action}", name=f"{action}_on_page")
    async def control_work_order(
        screen: TheScreen,
        work_order_id: UUID,
        actor: Annotated[Actor, may_do],
        form: Annotated[ControlForm, Form()],
    ) -> RedirectResponse:
        back = f"/work-orders/{work_order_id}"
        try:
            ask = _REQUEST.validate_python(_asked(action, form))
        except ValidationError as fault:
            return screen.go(back, said=reason(screen, fault.errors()[0]), kind="bad")
        wish = Wish(form.key, ask, work_order_id=work_order_id)
        return await carry_out(screen, actor, wish, back, screen.words(done))


for _action, _words in _DONE.items():
    _add_control(_action, _words)


def _asked(action: Action, form: ControlForm) -> dict[str, Any]:
    """Return what a form asks, in the words of its command."""
    asked: dict[str, Any] = {"action": action}
    if action in {Action.HOLD, Action.SKIP, Action.CANCEL, Action.REWORK}:
        asked["reason"] = form.reason
    if action is Action.ASSIGN:
        kind, _, identity = form.to.partition(":")
        asked |= {"user_id" if kind == "person" else "team_id": identity} if identity else {}
    if action is Action.REWORK:
        asked |= {
            name: value for name, value in (("quantity", number(form.quantity)), ("target", form.target)) if value
        }
    return asked
