"""The door of a station: whoever steps up to it chooses their name and types their PIN."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, SecretStr, ValidationError

from api import cookies
from api.pages.access.door import FORM
from api.pages.frame.routing import pages
from api.pages.frame.screen import open_screen
from api.routes.access.pins import step_up
from models.connections.postgres import read
from models.messages.credentials import PinLogIn
from models.records.access.stations import Known, StationDoor, door_of, known_by
from models.records.refusals import LogInRefused, StationUnknown, TooManyTries

router = pages("access")


class PinForm(BaseModel):
    """What the door of a station sends: a name that was chosen, or one that was typed."""

    username: str = ""
    somebody_else: str = ""
    pin: SecretStr = SecretStr("")


@dataclass(frozen=True, slots=True)
class Bound:
    """The station this browser is."""

    known: Known
    door: StationDoor


def station_of(request: Request) -> Bound | None:
    """Return the station this browser is bound to; None where it is none, or none any more."""
    token = cookies.station_token(request)
    if not token:
        return None
    try:
        known = known_by(token)
    except StationUnknown:
        return None
    with read(known.tenant_id) as session:
        return Bound(known, door_of(session, known.id))


@router.post("/login/pin", dependencies=FORM)
def post_pin(request: Request, form: Annotated[PinForm, Form()]) -> Response:
    """Log somebody in at this station, in place of whoever was there before."""
    answer = RedirectResponse("/", 303)
    name = form.somebody_else.strip() or form.username
    try:
        opened = step_up(PinLogIn(username=name, pin=form.pin), cookies.station_token(request))
    except StationUnknown:
        answer = RedirectResponse("/login", 303)
        cookies.clear_station(request, answer)
        return answer
    except (LogInRefused, ValidationError):
        return pin_page(request, form, refused=True)
    except TooManyTries as refusal:
        return pin_page(request, form, wait=refusal.seconds)
    cookies.set_cookie(request, answer, opened)
    return answer


def pin_page(request: Request, form: PinForm, *, refused: bool = False, wait: int | None = None) -> Response:
    """Return the door of this browser's station; that of people with a password where it is none any more."""
    bound = station_of(request)
    if bound is None:
        return RedirectResponse("/login", 303)
    status = 429 if wait is not None else 401 if refused else 200
    screen = open_screen(request, bound.known.tenant_id)
    chosen = form.somebody_else or form.username
    return screen.show("access/pin.html", status, station=bound.door, chosen=chosen, refused=refused, wait=wait)
