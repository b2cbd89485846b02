"""The door of a shared station: people tap their name and type their PIN."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, SecretStr

from api import cookies
from api.deps import PUBLIC, MayEditStations
from api.in_person import require_in_person
from api.pages.access.door import FORM
from api.pages.frame.asking import checked
from api.pages.frame.routing import pages
from api.pages.frame.safety import local
from api.pages.frame.screen import Screen, TheScreen, open_screen
from api.pages.frame.words import marked
from api.pages.station.here import Here, station_here
from api.routes.access.log_in import log_out, shift
from models.connections.postgres import begin, read
from models.messages.stations import StationDraft, StationFilters
from models.records.access import stations as records
from models.records.access.log_in import come_in, prove
from models.records.refusals import Conflict, LogInRefused, Refusal, StationUnknown, TooManyTries

router = pages("station")
_LONGEST_NEXT = 1_500
_WRONG = marked("The PIN is wrong.")
_WAIT = marked("Too many failed tries. Wait %(seconds)s seconds, then try again.")
_STATIONS = StationFilters(active=True, limit=200)


class PinForm(BaseModel):
    """Who steps up, and where they want to go."""

    username: str = Field("", max_length=64)
    pin: SecretStr = SecretStr("")
    next: str = Field("", max_length=_LONGEST_NEXT)


class BindForm(BaseModel):
    """Which station this device becomes: one there is, with the version that was shown, or a new one."""

    station_id: UUID | None = None
    version: int = 0
    code: str = Field("", max_length=64)
    name: str = Field("", max_length=200)


@router.get("/station/door", dependencies=[PUBLIC])
def get_door(
    request: Request, wanted: Annotated[str | None, Query(alias="next", max_length=_LONGEST_NEXT)] = None
) -> Response:
    """Show who may step up; a device that is no station is led to the log-in page."""
    here = station_here(request)
    return _door(request, here, PinForm(next=wanted or "")) if here else RedirectResponse("/login", 303)


@router.post("/station/door", dependencies=FORM)
def post_door(request: Request, form: Annotated[PinForm, Form()]) -> Response:
    """Begin a person's session at this station; it ends whoever was logged in here. Scripts are answered in JSON."""
    here = station_here(request)
    if here is None:
        return RedirectResponse("/login", 303)
    try:
        return _step_up(request, here, form)
    except (LogInRefused, StationUnknown):
        status, why, seconds = 401, _WRONG, 0
    except TooManyTries as refusal:
        status, why, seconds = 429, _WAIT, refusal.seconds
    said = open_screen(request, here.station.tenant_id).words(why, seconds=seconds)
    if _is_script(request):
        return JSONResponse({"detail": said}, status)
    return _door(request, here, form, status, said)


def _is_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _step_up(request: Request, here: Here, form: PinForm) -> Response:
    station = here.station
    person = prove(station.tenant_id, form.username, form.pin.get_secret_value(), factor="pin")
    with begin(station.tenant_id) as session:
        records.make_room(session, station)
        opened = come_in(session, person, kind="station", life=shift(), factor="pin", station_id=station.id)
    answer: Response = JSONResponse({"user": str(person.user_id)})
    if not _is_script(request):
        answer = RedirectResponse(local(form.next) or "/station", 303)
    answer.headers["Cache-Control"] = "no-store"
    cookies.set_cookie(request, answer, opened)
    return answer


def _door(request: Request, here: Here, form: PinForm, status: int = 200, said: str = "") -> Response:
    screen = open_screen(request, here.station.tenant_id)
    return screen.show("station/door.html", status, shared=here, form=form, fault=said)


@router.get("/station/setup")
def get_setup(screen: TheScreen, actor: MayEditStations) -> Response:
    """Show which station this device may become."""
    with read(actor.sight) as session:
        found = records.stations(session, _STATIONS).items
    return screen.show("station/setup.html", stations=found, shared=station_here(screen.request, actor))


@router.post("/station/setup")
def post_setup(screen: TheScreen, actor: MayEditStations, form: Annotated[BindForm, Form()]) -> Response:
    """Make this device a station: it gets a new token, and the device that was it until now is none any more."""
    require_in_person(actor)
    try:
        with begin(actor.sight) as session:
            made = (
                records.rotate_token(session, actor, form.station_id, form.version)
                if form.station_id
                else records.create_station(
                    session, actor, checked(StationDraft, {"code": form.code, "name": form.name})
                )
            )
    except Refusal as refusal:
        return screen.go("/station/setup", said=screen.why(refusal), kind="bad")
    if made.token is None:
        raise Conflict("The station's token was shown already; choose it again.")
    answer = RedirectResponse("/station/door", 303)
    cookies.bind_station(screen.request, answer, made.token)
    log_out(actor, screen.request, answer)
    return answer


@router.post("/station/release")
def post_release(screen: TheScreen, actor: MayEditStations) -> Response:
    """Make this device one like any other again."""
    require_in_person(actor)
    answer = _told(screen)
    cookies.release_station(screen.request, answer)
    return answer


def _told(screen: Screen) -> Response:
    return screen.go("/station/setup", said=screen.words(marked("This device is no station any more.")))
