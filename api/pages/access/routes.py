"""The door of the pages: log in, log out, and what everybody may choose: theme and language."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field, SecretStr, ValidationError

from api.deps import PUBLIC, SignedIn
from api.pages.access import half_way
from api.pages.access.door import FORM, asks_factory, at_door
from api.pages.access.half_way import HalfWay
from api.pages.frame.navigation import home_of
from api.pages.frame.routing import pages
from api.pages.frame.safety import local
from api.pages.frame.screen import LANGUAGE_COOKIE, THEME_COOKIE, TheScreen, open_screen
from api.pages.frame.words import LANGUAGES, marked
from api.pages.station.here import station_here
from api.routes.access import log_in as door
from api.routes.access.sign_up import refuse_if_closed
from models.connections.postgres import read
from models.connections.settings import settings
from models.messages.access import LogIn
from models.messages.identity_providers import OfferedProvider
from models.records.access.providers import offered
from models.records.refusals import LogInRefused, SecondFactorNeeded, SignUpClosed, TooManyTries

router = pages("access")
_YEAR_SECONDS = 365 * 24 * 3600
_LONGEST_NEXT = 1_500  # sealed with the rest of a log-in it fits into a cookie
_TOO_LATE = marked("That took too long. Log in again.")


class LogInForm(BaseModel):
    """What the log-in page sends."""

    username: str = ""
    password: SecretStr = SecretStr("")
    tenant: str = ""
    next: str = Field("", max_length=_LONGEST_NEXT)


class CodeForm(BaseModel):
    """What the page of the second factor sends."""

    second_factor: SecretStr = SecretStr("")


class Appearance(BaseModel):
    """One choice of how pages look, and where the person was."""

    theme: Literal["auto", "light", "dark"] | None = None
    language: str | None = None
    next: str = "/"


@router.get("/")
async def get_home(actor: SignedIn) -> RedirectResponse:
    """Lead to where the person begins; whoever is not logged in is led to the door first."""
    return RedirectResponse("/me/second-factor" if actor.second_factor_setup_needed else home_of(actor), 303)


@router.get("/login", dependencies=[PUBLIC])
def get_log_in(
    request: Request,
    wanted: Annotated[str | None, Query(alias="next", max_length=_LONGEST_NEXT)] = None,
    tenant: Annotated[str, Query(max_length=64)] = "",
    way: Annotated[str, Query(alias="with", max_length=20)] = "",
) -> Response:
    """Show the log-in page of the factory whose address was called; a shared station leads to its door of PINs."""
    if way != "password" and station_here(request):
        return RedirectResponse("/station/door", 303)
    if door.factory_of(request, tenant or None) is None and _is_new():
        return RedirectResponse("/sign-up", 303)
    return _page(request, LogInForm(next=wanted or "", tenant=tenant))


@router.post("/login", dependencies=FORM)
def post_log_in(request: Request, form: Annotated[LogInForm, Form()]) -> Response:
    """Begin a session in this browser, then lead to the page the person wanted, or to the second factor's first.

    Raises CrossSite, TooMany.
    """
    half = HalfWay(
        tenant=form.tenant or None, username=form.username, password=form.password.get_secret_value(), next=form.next
    )
    try:
        return _through(request, half, None)
    except SecondFactorNeeded:
        answer = RedirectResponse("/login/code", 303)
        half_way.remember(request, answer, half)
        return answer
    except (LogInRefused, ValidationError):
        return _page(request, form, refused=True)
    except TooManyTries as refusal:
        return _page(request, form, wait=refusal.seconds)


@router.get("/login/code", dependencies=[PUBLIC])
def get_code(request: Request) -> Response:
    """Ask for the second factor of somebody whose password was right; anybody else begins at the log-in page."""
    return _code_page(request) if half_way.remembered(request) else RedirectResponse("/login", 303)


@router.post("/login/code", dependencies=FORM)
def post_code(request: Request, form: Annotated[CodeForm, Form()]) -> Response:
    """Begin the session that the password alone did not."""
    half = half_way.remembered(request)
    if half is None:
        screen = at_door(request)
        return screen.go("/login", said=screen.words(_TOO_LATE), kind="warn")
    try:
        answer = _through(request, half, form.second_factor)
    except (LogInRefused, ValidationError):
        return _code_page(request, refused=True)
    except TooManyTries as refusal:
        return _code_page(request, wait=refusal.seconds)
    half_way.forget(request, answer)
    return answer


def _is_new() -> bool:
    """Tell whether this installation for one factory has nobody yet: whoever comes first signs up."""
    try:
        refuse_if_closed()
    except SignUpClosed:
        return False
    return settings().factoryos_mode == "onprem"


def _through(request: Request, half: HalfWay, code: SecretStr | None) -> Response:
    """Log in as the API does. Raises SecondFactorNeeded, LogInRefused, TooManyTries; for nonsense ValidationError."""
    answer = RedirectResponse(local(half.next) or "/", 303)
    credentials = LogIn(
        tenant=half.tenant, username=half.username, password=SecretStr(half.password), second_factor=code, cookie=True
    )
    door.log_in(credentials, request, answer)
    return answer


def _page(request: Request, form: LogInForm, *, refused: bool = False, wait: int | None = None) -> HTMLResponse:
    tenant_id = door.factory_of(request, form.tenant or None)
    screen = open_screen(request, tenant_id)
    return screen.show(
        "access/log_in.html", _status(wait, refused=refused), form=form, refused=refused, wait=wait,
        asks_factory=asks_factory(screen), next=local(form.next) or "/", providers=_providers(tenant_id),
        at_station=station_here(request) is not None,
    )  # fmt: skip


def _providers(tenant_id: UUID | None) -> tuple[OfferedProvider, ...]:
    """Return the log-in servers of a factory that may be used in place of a password."""
    if tenant_id is None:
        return ()
    with read(tenant_id) as session:
        return offered(session).items


def _code_page(request: Request, *, refused: bool = False, wait: int | None = None) -> HTMLResponse:
    return at_door(request).show("access/code.html", _status(wait, refused=refused), refused=refused, wait=wait)


def _status(wait: int | None, *, refused: bool) -> int:
    return 429 if wait is not None else 401 if refused else 200


@router.post("/logout")
def post_log_out(request: Request, actor: SignedIn) -> RedirectResponse:
    """End this session and go back to the door."""
    answer = RedirectResponse("/login", 303)
    door.log_out(actor, request, answer)
    return answer


@router.post("/appearance", dependencies=[PUBLIC])
async def post_appearance(request: Request, choice: Annotated[Appearance, Form()]) -> RedirectResponse:
    """Keep a theme or language in this browser."""
    answer = RedirectResponse(local(choice.next) or "/", 303)
    wanted = {THEME_COOKIE: choice.theme, LANGUAGE_COOKIE: choice.language if choice.language in LANGUAGES else None}
    for name, value in wanted.items():
        if value is not None:
            answer.set_cookie(
                name, value, max_age=_YEAR_SECONDS, samesite="lax", httponly=True,
                secure=request.url.scheme == "https",
            )  # fmt: skip
    return answer


@router.get("/welcome")
def get_welcome(screen: TheScreen) -> HTMLResponse:
    """Greet somebody whose role opens no page."""
    return screen.show("access/welcome.html")
