"""The description of the API as OpenAPI, as a page without foreign scripts, and a page for each kind of problem."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.deps import PUBLIC, declared_access
from api.errors import MEDIA_TYPE
from api.problems import BY_SLUG, KINDS
from models.messages.problems import ProblemDocument
from models.records.access.roles import matrix
from models.records.refusals import Missing

_REFERENCE = "#/components/schemas/"
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REFERENCE}ProblemDocument"}}}}
_EVERYWHERE = {"503": "A server behind this one does not answer"}
_SIGNED_IN = {"401": "Log in first", "403": "Your role may not do this"}
_CHANGING = {
    "400": "The request cannot be read", "412": "Somebody changed it meanwhile", "413": "The request is too large",
    "428": "Say which version you change",
}  # fmt: skip
router = APIRouter(include_in_schema=False, dependencies=[PUBLIC])


@lru_cache(maxsize=1)
def _pages() -> Environment:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(
        loader=folder, undefined=StrictUndefined, autoescape=select_autoescape(("html",)), trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _page(name: str, **facts: Any) -> HTMLResponse:  # noqa: ANN401 - what the page shows
    page = _pages().get_template(name).render(**facts)
    return HTMLResponse(page, headers={"Content-Security-Policy": _policy(page)})


def _policy(page: str) -> str:
    """Return what a page may do: show its own style, known by its hash, and nothing else."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    known = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@router.get("/docs")
def get_docs_elsewhere() -> RedirectResponse:
    """Lead whoever opens the usual address of such pages to the API's description."""
    return RedirectResponse("/api/docs")


@router.get("/api/docs")
def get_docs(request: Request) -> HTMLResponse:
    """Show the whole API as one readable page."""
    return _page("docs.html", spec=request.app.openapi(), operations=_by_tag(request.app.openapi()))


@router.get("/access")
def get_access() -> HTMLResponse:
    """Show who may do what, for the roles that every factory has."""
    return _page("access.html", matrix=matrix(None))


@router.get("/problems")
def get_problems() -> HTMLResponse:
    """Show every kind of problem."""
    return _page("problems.html", kinds=KINDS)


@router.get("/problems/{slug}")
def get_problem(slug: str) -> HTMLResponse:
    """Explain one kind of problem: what it means and what to do."""
    if slug not in BY_SLUG:
        raise Missing("kind of problem", slug[:100])
    return _page("problems.html", kinds=(BY_SLUG[slug],))


def install(app: FastAPI) -> None:
    """Make the app describe itself with its problem documents and permissions."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # the way FastAPI documents


def _describe(app: FastAPI) -> dict[str, Any]:
    spec = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(ref_template=f"{_REFERENCE}{{model}}")
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemDocument"] = problem
    access = _access(app)
    for path in spec["paths"].values():
        for method, operation in path.items():
            _finish(operation, method, access.get(operation["operationId"], frozenset()))
    return spec


def _access(app: FastAPI) -> dict[str, frozenset[str]]:
    return {route.name: declared_access(route) for route in routes_of(app)}


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Return every route of the app, however deep its router was included."""
    waiting: list[Any] = list(app.routes)
    found: list[APIRoute] = []
    while waiting:
        route = waiting.pop(0)
        if isinstance(route, APIRoute):
            found.append(route)
        inner = getattr(route, "original_router", None)
        waiting.extend(inner.routes if inner is not None else [])
    return found


def _finish(operation: dict[str, Any], method: str, access: frozenset[str]) -> None:
    """Say which permission an operation needs, and which problems it may answer."""
    answers = dict(_EVERYWHERE)
    if access != {"PUBLIC"}:
        answers |= _SIGNED_IN
        operation["x-permission"] = sorted(access)
        words = operation.get("description", "")
        needs = "any role" if access == {"SIGNED_IN"} else "the permission " + ", ".join(f"`{one}`" for one in access)
        operation["description"] = f"{words}\n\nNeeds {needs}.".strip()
    if method in {"post", "put", "patch", "delete"}:
        answers |= _CHANGING
    responses = operation.setdefault("responses", {})
    if "422" in responses:
        answers["422"] = "The request is not as described"
        responses["422"] = {"description": answers["422"], **_PROBLEM}
    for status, words in answers.items():
        responses.setdefault(status, {"description": words, **_PROBLEM})


def _by_tag(spec: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """Return the operations as (method, path, operation), by tag in the order they first appear."""
    groups: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            groups.setdefault((operation.get("tags") or ["other"])[0], []).append((method.upper(), path, operation))
    return groups
