"""The operator's station: what I may work on, and one piece of work at a time. Taps travel by the browser's outbox."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse

from api.deps import MayWorkOnOrders
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.catalog import WorkCenterFilters
from models.messages.work_orders import WorkOrderFilters
from models.records.catalog.work_centers import work_centers
from models.records.work_orders import views as records
from models.rules.access import Permission
from models.rules.work_orders import WorkOrderState

router = pages("station")
_S = WorkOrderState
_SHOWN = 60
# What may be worked on, the earliest due first; held work is left out.
_MINE = WorkOrderFilters(mine=True, state=(_S.IN_PROGRESS, _S.PAUSED, _S.READY), held=False, limit=_SHOWN)
_FREE = WorkOrderFilters(unassigned=True, state=(_S.READY,), held=False, limit=_SHOWN)
_CENTERS = WorkCenterFilters(active=True, limit=60, sort="code")
PAUSES = (marked("Break"), marked("Waiting for material"), marked("Machine trouble"), marked("Tool missing"),
          marked("End of shift"))  # fmt: skip
FAULTS = (marked("Damaged"), marked("Wrong size"), marked("Wrong part"), marked("Does not work"), marked("Dirty"))
Center = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/+:-]*$")]


@router.get("/station")
def get_station(screen: TheScreen, actor: MayWorkOnOrders, center: Center = None) -> HTMLResponse:
    """Show the work that is mine or may become mine."""
    return _list("station/list.html", screen, actor, center)


@router.get("/station/cards")
def get_cards(screen: TheScreen, actor: MayWorkOnOrders, center: Center = None) -> HTMLResponse:
    """Show its cards alone, for a station that is open."""
    return _list("station/cards.html", screen, actor, center)


def _list(template: str, screen: Screen, actor: Actor, center: str | None) -> HTMLResponse:
    with read(actor.sight) as session:
        mine = records.work_orders(session, _MINE.model_copy(update={"work_center": center}), actor.user_id).items
        free = records.work_orders(session, _FREE.model_copy(update={"work_center": center}), actor.user_id).items
        centers = work_centers(session, _CENTERS).items if screen.may(Permission.CATALOG_READ) else ()
    begun = tuple(order for order in mine if order.state is not _S.READY)
    return screen.show(
        template, begun=begun, given=tuple(order for order in mine if order.state is _S.READY), free=free,
        centers=centers, center=center,
    )  # fmt: skip


@router.get("/station/{work_order_id}")
def get_work(screen: TheScreen, work_order_id: UUID, actor: MayWorkOnOrders) -> HTMLResponse:
    """Show one piece of work."""
    return _show("station/work.html", screen, actor, work_order_id)


@router.get("/station/{work_order_id}/live")
def get_work_live(screen: TheScreen, work_order_id: UUID, actor: MayWorkOnOrders) -> HTMLResponse:
    """Show what changes of it, for a station that is open."""
    return _show("station/state.html", screen, actor, work_order_id)


def _show(template: str, screen: Screen, actor: Actor, work_order_id: UUID) -> HTMLResponse:
    with read(actor.sight) as session:
        order = records.work_order(session, actor.tenant_id, work_order_id)
    left = order.quantity - order.good - order.scrapped - order.rejected
    return screen.show(template, order=order, left=left, pauses=PAUSES, faults=FAULTS)
