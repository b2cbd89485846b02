"""The operator's station: what I may work on, and one piece of work at a time. Taps travel by the browser's outbox."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import MayReadOwnWorkOrders, MayWorkOnOrders
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.station.here import station_here
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.calls import CallFilters
from models.messages.catalog import WorkCenterFilters
from models.messages.work_orders import WorkOrderFilters, WorkOrderView
from models.records.access.workers import people_who_work
from models.records.attachments import of_work_order
from models.records.calls import calls
from models.records.catalog.work_centers import work_centers
from models.records.notes import newest_notes, notes_of
from models.records.scanning import scanned
from models.records.work_orders import views as records
from models.records.work_orders.waiting import waits_for
from models.rules.access import Permission
from models.rules.work_orders import WorkOrderState

router = pages("station")
_S = WorkOrderState
_SHOWN = 60
_BLOCKED_SHOWN = 12
# What may be worked on, the earliest due first; held and waiting work comes after it, with what it waits for.
_BEGUN = WorkOrderFilters(mine=True, state=(_S.IN_PROGRESS, _S.PAUSED), held=False, limit=_SHOWN)
_GIVEN = WorkOrderFilters(mine=True, state=(_S.READY,), held=False, limit=_SHOWN)
_FREE = WorkOrderFilters(unassigned=True, held=False, limit=_SHOWN)
# What is nobody's is offered to whoever may take it up.
_TAKEN_UP_BY = {_S.READY: Permission.WORK_ORDERS_START, _S.PAUSED: Permission.WORK_ORDERS_RESUME}
_WAITING = WorkOrderFilters(mine=True, state=(_S.WAITING,), limit=_BLOCKED_SHOWN)
_HELD = WorkOrderFilters(mine=True, state=(_S.READY, _S.PAUSED), held=True, limit=_BLOCKED_SHOWN)
_CENTERS = WorkCenterFilters(active=True, limit=60, sort="code")
_OPEN_CALLS = CallFilters(open=True, limit=20)
PAUSES = (marked("Break"), marked("Waiting for material"), marked("Machine trouble"), marked("Tool missing"),
          marked("End of shift"))  # fmt: skip
HELPS = (marked("Material is missing"), marked("Machine trouble"), marked("Question of quality"),
         marked("I need a hand"), marked("Danger"))  # fmt: skip
HANDED_OVER = marked("Handed over")
FAULTS = (marked("Damaged"), marked("Wrong size"), marked("Wrong part"), marked("Does not work"), marked("Dirty"))
# Codes are read by the station's camera, and no other page may use it.
_CAMERA = "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
ScannedCode = Annotated[str, Path(max_length=300)]
# Empty is every work centre, which is a choice as well; where none was made, a shared station begins with its own.
_CENTER = Query(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9._/+:-]*)?$")
Center = Annotated[str, _CENTER]
ChosenCenter = Annotated[str | None, _CENTER]


@router.get("/station")
def get_station(
    screen: TheScreen, actor: MayWorkOnOrders, _sees: MayReadOwnWorkOrders, center: ChosenCenter = None
) -> HTMLResponse:
    """Show the work that is mine or may become mine."""
    return _list("station/list.html", screen, actor, _own_center(screen, actor) if center is None else center)


def _own_center(screen: Screen, actor: Actor) -> str:
    here = station_here(screen.request, actor)
    return (here.station.work_center if here else None) or ""


@router.get("/station/cards")
def get_cards(
    screen: TheScreen, actor: MayWorkOnOrders, _sees: MayReadOwnWorkOrders, center: Center = ""
) -> HTMLResponse:
    """Show its cards alone, for a station that is open."""
    return _list("station/cards.html", screen, actor, center)


def _list(template: str, screen: Screen, actor: Actor, asked: str) -> HTMLResponse:
    center = asked or None
    with read(actor.sight) as session:
        # What somebody has begun is theirs to end, whichever work centre the station shows.
        begun = records.work_orders(session, _BEGUN, actor.user_id).items
        given, waiting, held = (
            records.work_orders(session, filters.model_copy(update={"work_center": center}), actor.user_id).items
            for filters in (_GIVEN, _WAITING, _HELD)
        )
        free = _free(session, actor, center)
        centers = work_centers(session, _CENTERS).items if screen.may(Permission.CATALOG_READ) else ()
        notes = newest_notes(session, [order.id for order in (*begun, *given, *free)])
        before = waits_for(session, [order.id for order in waiting])
        open_calls = calls(session, _OPEN_CALLS).items
    return _page(
        screen, actor, template, begun=begun, given=given, free=free, blocked=(*held, *waiting), before=before,
        notes=notes, calls=open_calls, centers=centers, center=center,
    )  # fmt: skip


def _free(session: Session, actor: Actor, center: str | None) -> tuple[WorkOrderView, ...]:
    states = tuple(state for state, needed in _TAKEN_UP_BY.items() if actor.may(needed))
    if not states:
        return ()
    wanted = _FREE.model_copy(update={"work_center": center, "state": states})
    return records.work_orders(session, wanted, actor.user_id).items


def _page(screen: Screen, actor: Actor, template: str, **facts: Any) -> HTMLResponse:  # noqa: ANN401 - what is shown
    """Return a page of the station with what each shows of the device; a part that renews itself shows none of it."""
    shared = None if screen.is_part else station_here(screen.request, actor)
    answer = screen.show(template, shared=shared, handed_over=HANDED_OVER, **facts)
    answer.headers["Permissions-Policy"] = _CAMERA
    return answer


@router.get("/station/{work_order_id}")
def get_work(
    screen: TheScreen, work_order_id: UUID, actor: MayWorkOnOrders, _sees: MayReadOwnWorkOrders
) -> HTMLResponse:
    """Show one piece of work."""
    return _show("station/work.html", screen, actor, work_order_id)


@router.get("/station/{work_order_id}/live")
def get_work_live(
    screen: TheScreen, work_order_id: UUID, actor: MayWorkOnOrders, _sees: MayReadOwnWorkOrders
) -> HTMLResponse:
    """Show what changes of it, for a station that is open."""
    return _show("station/state.html", screen, actor, work_order_id)


def _show(template: str, screen: Screen, actor: Actor, work_order_id: UUID) -> HTMLResponse:
    with read(actor.sight) as session:
        order = records.work_order(session, actor.tenant_id, work_order_id)
        asked = CallFilters(open=True, work_order_id=work_order_id, limit=5)
        facts: dict[str, Any] = {
            "notes": notes_of(session, work_order_id),
            "calls": calls(session, asked).items,
            "before": waits_for(session, (work_order_id,)).get(work_order_id, ()),
        }
        if not screen.is_part:
            pictures = of_work_order(session, work_order_id) if screen.may(Permission.FILES_READ) else ()
            facts |= {"pictures": pictures, "people": people_who_work(session)}
    left = order.quantity - order.good - order.scrapped - order.rejected
    return _page(screen, actor, template, order=order, left=left, pauses=PAUSES, faults=FAULTS, helps=HELPS, **facts)


@router.get("/scan/{code}")
def get_scanned(screen: TheScreen, code: ScannedCode, actor: MayReadOwnWorkOrders) -> Response:
    """Lead to what a printed code stands for; a code that has no page is told about at the station."""
    with read(actor.sight) as session:
        found = scanned(session, actor, code)
    return screen.go(found.address or "/station", said=None if found.address else f"{found.code} · {found.name}")
