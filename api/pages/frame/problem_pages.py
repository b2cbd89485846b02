"""What went wrong, as a page for people; programs get the same as a problem document."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.cookies import station_token
from api.pages.frame.looks import role_words
from api.pages.frame.screen import Screen
from api.pages.frame.words import SOURCE, marked
from api.problem_kind import ProblemKind
from models.rules.access import MEANING, Permission
from models.rules.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says of one kind of problem beside its detail, and the sign it shows."""

    icon: str
    title: str
    remedy: str


_FAULT = Words(
    "alert-triangle", marked("Something went wrong here"),
    marked("This is a fault of FactoryOS; nothing was changed. Try again, and report it if it stays."),
)  # fmt: skip
_WORDS = {
    403: Words("lock", marked("Your role may not do this"), ""),
    404: Words("map-pin-off", marked("There is nothing here"), marked("Check the address, or go on from the menu.")),
    409: Words(
        "alert-triangle", marked("The present state does not allow this"), marked("Look again and decide anew.")
    ),
    422: Words(
        "alert-triangle", marked("Something is missing or not as it should be"),
        marked("Go back, correct it, and try again."),
    ),
    429: Words("clock", marked("Too many tries"), marked("Wait a little, then try again.")),
    413: Words("alert-triangle", marked("This is too large"), marked("Send less at once, such as a smaller file.")),
    503: Words("cloud-off", marked("A server does not answer"), marked("Try again in a moment.")),
}  # fmt: skip
_OTHER = Words("alert-triangle", marked("That did not work"), marked("Go back and try again."))
_LEAST_FAULT = 500
# Their title and remedy say it all: a detail that is not translated is left out, for these in any language.
_SAID_ENOUGH = frozenset({403, 404, 422, 429, 503})
_SAID_ALL = frozenset({413, 500})
_JOURNEY = "/api/v1/auth/oidc/"  # a browser on its way to another log-in server and back


def wants_page(request: Request) -> bool:
    """Tell whether a browser asks for one of our pages, and not a program or script for data."""
    accepts, path = request.headers.get("accept", ""), request.url.path
    return "text/html" in accepts and (path.startswith(_JOURNEY) or not path.startswith(("/api/", "/static/")))


def problem_page(request: Request, kind: ProblemKind, detail: str, trace_id: str | None) -> Response:
    """Return the page of a problem, in the frame where the person is known; who must log in is led there."""
    if kind.slug == "not-signed-in":
        return _to_log_in(request)
    screen: Screen = getattr(request.state, "screen", None) or Screen(request, None, None)
    status = int(kind.status)
    words = _WORDS.get(status, _FAULT if status >= _LEAST_FAULT else _OTHER)
    told = screen.translated(_in_words(screen, detail))
    if status in _SAID_ALL or (told == detail and screen.language != SOURCE and status in _SAID_ENOUGH):
        told = ""
    ours = status >= _LEAST_FAULT
    return screen.show(
        "frame/problem.html", status, words=words, detail=told, trace_id=trace_id if ours else None,
        again=_address(request) if ours and request.method == "GET" else None,
    )  # fmt: skip


def _in_words(screen: Screen, detail: str) -> str:
    """Return a refusal with what people call a role and a permission in place of the names that programs use."""
    if not isinstance(detail, Sentence) or "permission" not in detail.values:
        return detail
    meaning = screen.translated(MEANING[Permission(str(detail.values["permission"]))]).rstrip(".")
    role = screen.translated(role_words(str(detail.values.get("role", ""))))
    return Sentence(detail.pattern, **detail.values | {"permission": meaning, "role": role})


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _to_log_in(request: Request) -> Response:
    wanted = _address(request)
    if request.method != "GET":
        wanted = "/"
    door = "/station/door" if station_token(request) else "/login"
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": door})
    return RedirectResponse(f"{door}?next={quote(wanted, safe='')}", 303)
