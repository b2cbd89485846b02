"""Stations: shared screens of the floor, set up here and bound to the device one holds in hand."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import cookies
from api.deps import MayEditStations
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked, filters_of
from api.pages.frame.faults import WRONG, faults_of, tried
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.routes.access import stations as api
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.catalog import WorkCenterFilters
from models.messages.stations import StationDraft, StationFilters, StationView
from models.records.access import stations
from models.records.access.addressed import address_of
from models.records.catalog.work_centers import work_centers

router = pages("stations")
_SAVED = marked("Saved.")
_CLOSED = marked("The station is out of use; whoever was logged in there is logged out.")
_OPENED = marked("The station is in use again.")
_BOUND = marked("This device is now %(code)s. Log out, and people log in here by PIN.")
_UNBOUND = marked("This device is no station any more.")


class StationForm(ActForm):
    """A station as the form sends it."""

    version: int = 0
    code: str = ""
    name: str = ""
    work_center: str = ""


@router.get("/stations")
def list_stations(
    screen: TheScreen, actor: MayEditStations, filters: Annotated[StationFilters, Depends(filters_of(StationFilters))]
) -> HTMLResponse:
    """Show one page of stations, and which of them this device is."""
    with read(actor.sight) as session:
        found = stations.stations(session, filters)
    bound = address_of(cookies.station_token(screen.request))
    return screen.show("stations/list.html", found=found, filters=filters, bound=bound[1] if bound else None)


@router.get("/stations/new")
def get_new_station(screen: TheScreen, actor: MayEditStations) -> HTMLResponse:
    """Show the form of a new station."""
    return _page(screen, actor, None, {}, {})


@router.get("/stations/{station_id}")
def get_station(screen: TheScreen, station_id: UUID, actor: MayEditStations) -> HTMLResponse:
    """Show the form of a station that is there."""
    station = _station(actor, station_id)
    return _page(screen, actor, station, station.model_dump() | {"version": station.row_version}, {})


@router.post("/stations")
def post_station(
    request: Request, screen: TheScreen, actor: MayEditStations, form: Annotated[StationForm, Form()]
) -> Response:
    """Add a station once; its token is shown this once."""
    try:
        draft = checked(StationDraft, _wanted(form) | {"code": form.code})
        answer = api.create_station(draft, actor, OnceRunner(request, actor, form.key))
    except WRONG as fault:
        return _page(screen, actor, None, form.model_dump(), faults_of(screen, fault, "code"))
    made = json.loads(bytes(answer.body))
    return screen.show("stations/made.html", station=made, token=made["token"])


@router.post("/stations/unbind")
def post_unbinding(
    request: Request,
    screen: TheScreen,
    actor: MayEditStations,  # noqa: ARG001 - the permission is the signature's
) -> Response:
    """Make this browser no station any more."""
    answer = screen.go("/stations", said=screen.words(_UNBOUND))
    cookies.release_station(request, answer)
    return answer


@router.post("/stations/{station_id}")
def post_station_change(
    screen: TheScreen, station_id: UUID, actor: MayEditStations, form: Annotated[StationForm, Form()]
) -> Response:
    """Change what a station is called and where it stands."""
    station = _station(actor, station_id)
    try:
        draft = checked(StationDraft, _wanted(form) | {"code": station.code, "active": station.active})
        api.put_station(station_id, draft, Response(), actor, form.version)
    except WRONG as fault:
        return _page(screen, actor, station, form.model_dump(), faults_of(screen, fault))
    return screen.go("/stations", said=screen.words(_SAVED))


@router.post("/stations/{station_id}/use")
def post_station_use(
    screen: TheScreen, station_id: UUID, actor: MayEditStations, form: Annotated[StationForm, Form()]
) -> RedirectResponse:
    """Take a station out of use, or into use again."""
    station = _station(actor, station_id)
    draft = StationDraft(
        code=station.code, name=station.name, work_center=station.work_center, active=not station.active
    )
    done = _CLOSED if station.active else _OPENED
    return tried(screen, "/stations", lambda: api.put_station(station_id, draft, Response(), actor, form.version), done)


@router.post("/stations/{station_id}/bind")
def post_binding(
    request: Request, screen: TheScreen, station_id: UUID, actor: MayEditStations, form: Annotated[StationForm, Form()]
) -> Response:
    """Make this browser the station: it gets a fresh token, and any device that was it before is none any more."""
    try:
        made = api.rotate_station_token(station_id, Response(), actor, form.version)
    except WRONG as fault:
        return screen.go("/stations", said=" ".join(faults_of(screen, fault).values()), kind="bad")
    answer = screen.go("/stations", said=screen.words(_BOUND, code=made.code))
    cookies.bind_station(request, answer, made.token or "")
    return answer


@router.post("/stations/{station_id}/token")
def post_token(
    screen: TheScreen, station_id: UUID, actor: MayEditStations, form: Annotated[StationForm, Form()]
) -> Response:
    """Give a station a new token, shown this once; the old one ends."""
    try:
        made = api.rotate_station_token(station_id, Response(), actor, form.version)
    except WRONG as fault:
        return screen.go("/stations", said=" ".join(faults_of(screen, fault).values()), kind="bad")
    return screen.show("stations/made.html", station=made.model_dump(), token=made.token)


def _wanted(form: StationForm) -> dict[str, Any]:
    return {"name": form.name, "work_center": form.work_center or None}


def _station(actor: Actor, station_id: UUID) -> StationView:
    with read(actor.sight) as session:
        return stations.station(session, station_id)


def _page(
    screen: Screen, actor: Actor, station: StationView | None, form: dict[str, Any], faults: dict[str, str]
) -> HTMLResponse:
    with read(actor.sight) as session:
        places = work_centers(session, WorkCenterFilters(limit=200)).items
    return screen.show(
        "stations/station.html", 422 if faults else 200, station=station, form=form, faults=faults,
        places=[(place.code, f"{place.name} · {place.code}") for place in places],
    )  # fmt: skip
