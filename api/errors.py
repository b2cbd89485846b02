"""Every error leaves as an RFC 9457 problem document, also the ones nobody expected."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pymongo.errors import PyMongoError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from api.deps import Forbidden
from api.pages.frame.problem_pages import problem_page, wants_page
from api.pages.frame.wrong_addresses import without_cursor, without_wrong_filters
from api.problem_kind import ProblemKind
from api.problems import BY_ERROR, BY_SLUG, KINDS, kind_of
from api.refused_attempts import note_refusal
from models.messages.mistakes import Error, sentence, without_echoes
from models.records.refusals import BadCursor
from models.rules.sentences import Sentence
from templates_engine.refusal import TemplateRefused
from templates_engine.yaml_tree import FileRefused

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "5"
_MOST_ERRORS = 100
_LONGEST_NAME = 100
_LONGEST_WORDS = 500
_NO_ID = "The address takes an id, not a code; the list finds the id with ?q= and the code."
_INTEGRITY: Mapping[str, tuple[str, str]] = {
    "23505": ("already-exists", "Something with this name or number already exists."),
    "23503": ("conflict", "This names something that does not exist, or is still used by something else."),
    "23001": ("conflict", "What was published or posted is never changed; write a new version or a correction."),
    "23514": ("invalid-request", "A value lies outside what the database allows."),
    "23502": ("invalid-request", "A value that must be given is missing."),
}


class Problem(Exception):  # noqa: N818 - it becomes the answer, whatever its status
    """A problem raised by the API itself, by the slug of its kind."""

    def __init__(self, slug: str, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind = BY_SLUG[slug]
        self.headers = headers

    def members(self) -> Mapping[str, Any]:
        """Return what a program reads beside the sentence."""
        return {}


def problem(  # noqa: PLR0913 - the members of a problem document
    request: Request,
    kind: ProblemKind,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    status: int | None = None,
) -> Response:
    """Return the problem document, for browsers a page; `members` are extra fields that programs read."""
    if wants_page(request):
        return problem_page(request, kind, detail, getattr(request.state, "trace_id", None))
    body: dict[str, Any] = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": status or int(kind.status),
        "detail": str(detail),
        "instance": request.url.path[:500],
        "trace_id": getattr(request.state, "trace_id", None),
        **(members or {}),
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status_code=body["status"], media_type=MEDIA_TYPE, headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    for error in (*BY_ERROR, Problem):
        app.add_exception_handler(error, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(IntegrityError, _integrity)
    app.add_exception_handler(DataError, _data)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)
    app.add_exception_handler(PyMongoError, _log_store)
    app.add_exception_handler(Exception, _unexpected)


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return problem(request, error.kind, _words(error), members=error.members(), headers=error.headers)
    led = without_cursor(request) if isinstance(error, BadCursor) and wants_page(request) else None
    if led is not None:
        return led
    kind = kind_of(error)
    members: Mapping[str, Any] = error.members() if hasattr(error, "members") else {}
    if isinstance(error, TemplateRefused):
        members = {"faults": [fault.model_dump(mode="json") for fault in error.faults]}
    if isinstance(error, FileRefused):
        members = {"problems": list(error.problems)}
    pointer = getattr(error, "pointer", None)
    errors = [{"pointer": pointer, "detail": str(error)}] if pointer else []
    answer = problem(request, kind, _words(error), errors=errors, members=members, headers=_headers(kind, members))
    if isinstance(error, Forbidden):
        answer.background = BackgroundTask(note_refusal, error, request.method, request.url.path)
    return answer


def _words(error: Exception) -> str:
    """Return what an error says; a Sentence as the Sentence it is, for a page in another language."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, str) else str(error)


def _headers(kind: ProblemKind, members: Mapping[str, Any]) -> dict[str, str]:
    if kind.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(members["retry_after_seconds"])} if "retry_after_seconds" in members else {}


async def _invalid(request: Request, error: Exception) -> Response:
    """Name each wrong field by its place; what was sent is never repeated."""
    found = without_echoes(error.errors()) if isinstance(error, RequestValidationError) else []
    if wants_page(request) and any(_is_no_id(one) for one in found):
        return problem(request, BY_SLUG["not-found"], Sentence("There is nothing at this address."))
    led = without_wrong_filters(request, found) if found and wants_page(request) else None
    if led is not None:
        return led
    if any(one["type"] == "json_invalid" for one in found):
        return problem(request, BY_SLUG["unreadable-request"], "The body is not valid JSON.")
    field = getattr(request.scope.get("route"), "body_field", None)
    shape = field.field_info.annotation if field is not None else None
    errors = [_field(one, shape) for one in found[:_MOST_ERRORS]]
    count = "One field is" if len(found) == 1 else f"{len(found)} fields are"
    return problem(
        request, BY_SLUG["invalid-request"], f"{count} not as described.{_hint(request, found)}", errors=errors
    )


def _hint(request: Request, found: Sequence[Error]) -> str:
    """Return what is most likely meant to be done, where one can tell."""
    if any(_is_no_id(one) for one in found):
        return f" {_NO_ID}"
    typed = request.headers.get("content-type", "").startswith(("application/json", "multipart/"))
    in_body = any(one["loc"][0] == "body" for one in found) and request.url.path.startswith("/api/")
    return " Send Content-Type: application/json." if in_body and not typed else ""


def _is_no_id(error: Error) -> bool:
    return error["loc"][0] == "path" and str(error["type"]).startswith("uuid")


def _field(error: Error, shape: Any) -> dict[str, str]:  # noqa: ANN401 - any annotation
    """Return one wrong field: a JSON pointer into the body, or the parameter's name."""
    where, *path = (str(step)[:_LONGEST_NAME] for step in error["loc"])
    if where == "body":
        words = sentence(error, shape, error["loc"][1:])[:_LONGEST_WORDS]
        return {"pointer": "/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in path), "detail": words}
    words = _NO_ID if _is_no_id(error) else sentence(error, None, error["loc"])[:_LONGEST_WORDS]
    return {"parameter": ".".join(path), "in": where, "detail": words}


_BY_STATUS = {
    400: "unreadable-request", 401: "not-signed-in", 403: "forbidden", 404: "not-found", 405: "method-not-allowed",
    413: "too-large", 415: "unsupported-media", 503: "unavailable",
}  # fmt: skip


async def _http(request: Request, error: Exception) -> Response:
    """Put the framework's own refusals into our words."""
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    if status not in _BY_STATUS:
        return await _unexpected(request, error)
    kind = BY_SLUG[_BY_STATUS[status]]
    details = {400: str(getattr(error, "detail", "")), 404: Sentence("There is nothing at this address.")}
    headers = error.headers if isinstance(error, HTTPException) else None
    return problem(request, kind, details.get(status) or kind.meaning, headers=headers)


async def _integrity(request: Request, error: Exception) -> Response:
    state = getattr(getattr(error, "orig", None), "sqlstate", "") or ""
    if state not in _INTEGRITY:
        return await _unexpected(request, error)
    slug, words = _INTEGRITY[state]
    return problem(request, BY_SLUG[slug], words)


async def _data(request: Request, _error: Exception) -> Response:
    return problem(request, BY_SLUG["invalid-request"], "A value is too large or not storable as it is.")


async def _database(request: Request, error: Exception) -> Response:
    """Answer 503 while PostgreSQL is away or too slow, and admit every other database error as ours."""
    name = type(error).__name__
    away = isinstance(error, PoolTimeout) or name in {"OperationalError", "InterfaceError"}
    if not away and not getattr(error, "connection_invalidated", False):
        return await _unexpected(request, error)
    _log.warning("PostgreSQL did not answer: %s", str(getattr(error, "orig", error)).strip()[:500])
    return unavailable(request, Sentence("The database does not answer at the moment; nothing was changed."))


async def _log_store(request: Request, error: Exception) -> Response:
    _log.warning("MongoDB did not answer: %s", type(error).__name__)
    return unavailable(request, Sentence("The audit trail cannot be read at the moment; recording goes on."))


def unavailable(request: Request, detail: str) -> Response:
    """Return the 503 problem, with the seconds after which to try again."""
    return problem(request, BY_SLUG["unavailable"], detail, headers={"Retry-After": RETRY_AFTER_SECONDS})


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("unexpected error at %s %s", request.method, request.url.path, exc_info=error)
    return problem(request, BY_SLUG["unexpected"], "FactoryOS met an error it did not expect; nothing was changed.")


def documented(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Return a route's `responses`: the problems it may answer beside the ones every route may."""
    chosen: dict[int | str, dict[str, Any]] = {}
    for kind in (kind for kind in KINDS if kind.slug in slugs):
        words = chosen.get(int(kind.status), {}).get("description", "")
        chosen[int(kind.status)] = {
            "description": f"{words}; {kind.title}" if words else kind.title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
    return chosen
