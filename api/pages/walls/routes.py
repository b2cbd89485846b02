"""The boards of a wall, opened by a link alone, and the page on which such links are made and revoked."""

import json
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from api.deps import PUBLIC, MayEditStations
from api.idempotency import OnceRunner
from api.pages.dashboard.hours import bars
from api.pages.dashboard.shared import Shared
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen, open_screen
from api.pages.frame.words import marked
from api.pages.walls.boards import QUESTIONS, Board, wall_pages
from models.connections.links import home
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.dashboard import Dashboard, EndangeredJob
from models.messages.walls import WallDraft, WallFilters, WallView
from models.records import dashboard, walls
from models.records.access.addressed import address_of

router = pages("walls")
_MOST_JOBS = 40
_REVOKED = marked("The link shows nothing any more.")
_FIGURES: Shared[tuple[Dashboard, tuple[EndangeredJob, ...]]] = Shared(seconds=1.0)
AskedBoard = Annotated[Board | None, Query()]
TheFilters = Annotated[WallFilters, Depends(filters_of(WallFilters))]


class WallForm(ActForm):
    """A link as the form sends it; no days mean for ever."""

    name: str = ""
    days: str = ""
    shows_names: bool = False


@router.get("/andon/{token}", dependencies=[PUBLIC])
def get_wall(request: Request, token: str, board: AskedBoard = None) -> HTMLResponse:
    """Show the boards, turning from page to page; one board alone where the address names it."""
    return _show(request, token, board, "walls/wall.html")


@router.get("/andon/{token}/board", dependencies=[PUBLIC])
def get_board(request: Request, token: str, board: AskedBoard = None) -> HTMLResponse:
    """Show the boards alone, for a wall that is open."""
    return _show(request, token, board, "walls/board.html")


@router.get("/walls")
def list_walls_page(screen: TheScreen, actor: MayEditStations, filters: TheFilters) -> HTMLResponse:
    """Show the links, and the form of a new one."""
    return _list(screen, actor, filters)


@router.post("/walls")
def post_wall(screen: TheScreen, actor: MayEditStations, form: Annotated[WallForm, Form()]) -> Response:
    """Make a link and show it, this once."""
    try:
        draft = _draft(screen, form)
        once = OnceRunner(screen.request, actor, form.key)
        answer = once(_Asked(name=form.name, days=form.days, shows_names=form.shows_names),
                      lambda session: walls.create_wall(session, actor, draft), shown_once="token")  # fmt: skip
    except WRONG as fault:
        return _list(
            screen, actor, WallFilters(), form, faults_of(screen, fault, "days" if "expired" in str(fault) else "")
        )
    token = json.loads(bytes(answer.body))["token"]
    link = f"{home(screen.viewer.slug if screen.viewer else '')}/andon/{token}" if token else None
    return screen.show("walls/link.html", link=link)


@router.post("/walls/{wall_id}/revoke")
def post_revoke(screen: TheScreen, wall_id: UUID, actor: MayEditStations) -> RedirectResponse:
    """End a link at once and for ever."""
    with begin(actor.sight) as session:
        walls.revoke_wall(session, actor, wall_id)
    return screen.go("/walls", said=screen.words(_REVOKED))


class _Asked(BaseModel):
    """What a form asked, apart from the instant that its days end at."""

    name: str
    days: str
    shows_names: bool


def _show(request: Request, token: str, board: Board | None, template: str) -> HTMLResponse:
    tenant_id, wall = _opened(token)
    screen = open_screen(request, tenant_id)
    now = screen.formats.now
    midnight = now.astimezone(screen.formats.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def look() -> tuple[Dashboard, tuple[EndangeredJob, ...]]:
        with read(tenant_id) as session:
            figures = dashboard.dashboard(session, now, midnight, midnight)
            return figures, dashboard.endangered(session, now, _MOST_JOBS).jobs

    figures, jobs = _FIGURES.get((tenant_id, midnight), look)
    return screen.show(
        template, wall=wall, token=token, board=board, questions=QUESTIONS, figures=figures, theme=_theme(request),
        boards=wall_pages(figures, jobs, board), hours=bars(figures.throughput.hours, midnight, now),
        open_jobs=sum(count.count for tally in figures.tallies if tally.what == "jobs" for count in tally.counts
                      if count.state not in {"DONE", "CANCELLED"}),
    )  # fmt: skip


def _theme(request: Request) -> str:
    """Return a wall's colours: dark, unless its address says light."""
    return "light" if request.query_params.get("theme") == "light" else "dark"


def _opened(token: str) -> tuple[UUID, WallView]:
    """Return whose wall a token opens. Raises HTTPException, the same for all that open nothing."""
    address = address_of(token)
    if address is not None:
        with begin(address[0]) as session:
            wall = walls.opened(session, address[1], token)
        if wall is not None:
            return address[0], wall
    raise HTTPException(404, "This link shows nothing: it was revoked, has expired, or is not whole.")


def _draft(screen: Screen, form: WallForm) -> WallDraft:
    wanted = {"name": form.name, "shows_names": form.shows_names}
    if form.days.strip():
        days = int(form.days) if form.days.strip().isdecimal() and len(form.days.strip()) < 5 else -1  # noqa: PLR2004 - digits
        wanted["expires_at"] = (screen.formats.now + timedelta(days=days)).isoformat()
    return checked(WallDraft, wanted)


def _list(
    screen: Screen, actor: Actor, filters: WallFilters, form: WallForm | None = None,
    faults: dict[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    with read(actor.sight) as session:
        found = walls.walls(session, filters)
    return screen.show("walls/list.html", 422 if faults else 200, found=found, form=form, faults=faults or {})
