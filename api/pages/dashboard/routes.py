"""The factory at a glance. Widgets are drawn anew together whenever something happened."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse

from api.deps import MayReadFigures
from api.pages.dashboard.hours import bars
from api.pages.dashboard.shared import Shared
from api.pages.frame.routing import pages
from api.pages.frame.safety import HEADERS
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.calls import CallFilters, CallView
from models.messages.dashboard import Dashboard
from models.records import dashboard as records
from models.records.calls import calls
from models.rules.access import Permission

router = pages("dashboard")


class Period(StrEnum):
    """How far back ended work is counted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Widget:
    """A part of the dashboard: its template beside this file, and who may see it. A new feature adds one."""

    template: str
    permission: Permission
    wide: bool = False


PERIODS = {Period.DAY: marked("Today"), Period.WEEK: marked("7 days"), Period.MONTH: marked("30 days")}
_DAYS = {Period.DAY: 0, Period.WEEK: 6, Period.MONTH: 29}
WIDGETS = (
    Widget("tallies", Permission.FIGURES_READ, wide=True),
    Widget("calls", Permission.WORK_ORDERS_READ, wide=True),
    Widget("endangered", Permission.WORK_ORDERS_READ),
    Widget("throughput", Permission.FIGURES_READ),
    Widget("centers", Permission.FIGURES_READ),
    Widget("short", Permission.STOCK_READ),
)
_OPEN_CALLS = CallFilters(open=True, limit=20)
_FIGURES: Shared[Dashboard] = Shared(seconds=1.0)
_DRAWN: Shared[bytes] = Shared(seconds=1.0)
AskedPeriod = Annotated[Period, Query()]


@router.get("/dashboard")
def get_dashboard(screen: TheScreen, actor: MayReadFigures, period: AskedPeriod = Period.WEEK) -> HTMLResponse:
    """Show the whole dashboard."""
    return _show("dashboard/page.html", screen, actor, period)


@router.get("/dashboard/widgets")
def get_widgets(screen: TheScreen, actor: MayReadFigures, period: AskedPeriod = Period.WEEK) -> HTMLResponse:
    """Show its widgets alone, for a dashboard that is open; drawn once for all who see the same."""
    same = (actor.permissions, screen.language, screen.formats.zone, screen.request.url.query)
    key = (_moment(screen, actor, period), same)
    drawn = _DRAWN.get(key, lambda: bytes(_show("dashboard/widgets.html", screen, actor, period).body))
    return HTMLResponse(drawn, headers=HEADERS)


def _moment(screen: Screen, actor: Actor, period: Period) -> Hashable:
    """Return what figures are shared by: what a screen was told of is in what it then asks for."""
    happened = screen.request.app.state.live.newest(actor.tenant_id)
    return actor.tenant_id, _midnight(screen), period, happened


def _midnight(screen: Screen) -> datetime:
    return screen.formats.now.astimezone(screen.formats.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _show(template: str, screen: Screen, actor: Actor, period: Period) -> HTMLResponse:
    now, midnight = screen.formats.now, _midnight(screen)
    found = _FIGURES.get(_moment(screen, actor, period), lambda: _read(actor, now, midnight, period))
    open_calls = _open_calls(actor)
    shown = tuple(
        widget for widget in WIDGETS if actor.may(widget.permission) and (widget.template != "calls" or open_calls)
    )
    return screen.show(
        template, figures=found, widgets=shown, period=period, periods=PERIODS,
        hours=bars(found.throughput.hours, midnight, now), calls=open_calls,
    )  # fmt: skip


def _open_calls(actor: Actor) -> tuple[CallView, ...]:
    """Return the calls for help that are not over; they are never a second old, for somebody waits."""
    if not actor.may(Permission.WORK_ORDERS_READ):
        return ()
    with read(actor.sight) as session:
        return calls(session, _OPEN_CALLS).items


def _read(actor: Actor, now: datetime, midnight: datetime, period: Period) -> Dashboard:
    with read(actor.sight) as session:
        return records.dashboard(session, now, midnight, midnight - timedelta(days=_DAYS[period]))
