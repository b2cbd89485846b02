"""The whole matrix: every route, every role, in one's own factory and in another."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import ROUTERS, create_app
from api.deps import declared_access
from api.pages.all import PAGES
from deploy.stack.plan import Plan
from models.rules.access import MATRIX, Permission, Role, may
from tests.api.conftest import Api
from tests.api.examples import body_of
from tests.api.world import REAL, build, fill, real_ids
from tests.factories import Factory, leave_nothing_waiting, make_tenant

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
PAGE_PATHS = {route.path for router in PAGES for route in router.routes if isinstance(route, APIRoute)}
# They end the session the walk goes on with; their own tests are in test_sessions.py.
ENDING = {"/api/v1/auth/logout", "/api/v1/auth/logout-everywhere", "/logout", "/me/log-out-everywhere"}
# It never ends where it is allowed; who may not follow it is walked, who may is in test_live.py.
STREAMING = {"/api/v1/live"}
QUERIES = {"/api/v1/templates/{template_id}/diff": "?against={template_id}"}
NO_IDS = {"steering": "hold"}  # a word in a path that names nothing of anybody's
NAMED = [route for route in ROUTES if "{" in route.path and declared_access(route) != {"PUBLIC"}]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app().openapi()


@pytest.fixture(scope="module")
def factory(servers: Plan) -> Iterator[Factory]:  # noqa: ARG001 - the servers must run
    made = make_tenant()
    build(made)
    yield made
    leave_nothing_waiting(made)


@pytest.fixture(scope="module")
def stranger(servers: Plan) -> Factory:  # noqa: ARG001 - the servers must run
    return make_tenant()


def _ask(person: Api, route: APIRoute, ids: dict[str, Any], document: dict[str, Any]) -> Any:
    headers = person.factory.headers(person.role, idempotency_key=str(uuid4()), if_match='"1"')
    url = fill(route.path, ids) + QUERIES.get(route.path, "").format(**ids)
    method = next(iter(route.methods - {"HEAD"}))
    return person.client.request(method, url, headers=headers, follow_redirects=False, **body_of(route, document))


def _is_let_in(answer: Any) -> bool:
    """Tell whether an answer came from behind the door; pages refuse by status, the API by the kind of problem."""
    if answer.headers.get("content-type") == "application/problem+json":
        return answer.json()["type"] not in {"/problems/forbidden", "/problems/not-signed-in"}
    return answer.status_code != 403 and not answer.headers.get("location", "").startswith("/login?next=")


def _made_up(route: APIRoute) -> dict[str, Any]:
    return {name: uuid4() for name in [*re.findall(r"{(\w+)}", route.path), "template_id"]} | NO_IDS


def _may(role: Role, route: APIRoute) -> bool:
    declared = declared_access(route)
    if declared & {"PUBLIC", "SIGNED_IN"}:
        return True
    return all(may(MATRIX[role], Permission(name)) for name in declared)


def _name(route: APIRoute) -> str:
    return f"{next(iter(route.methods - {'HEAD'}))} {route.path}"


@pytest.mark.parametrize("role", Role)
def test_every_route_lets_in_whom_the_matrix_names_and_nobody_else(
    client: TestClient, factory: Factory, document: dict[str, Any], role: Role
) -> None:
    wrong = []
    for route in ROUTES:
        allowed = _may(role, route)
        if route.path in ENDING or (route.path in STREAMING and allowed):
            continue
        answer = _ask(Api(client, factory, role), route, _made_up(route), document)
        if _is_let_in(answer) is not allowed or answer.status_code >= 500:
            wrong.append((_name(route), answer.status_code, answer.text[:200]))
    assert wrong == []


def test_without_a_log_in_only_public_routes_open(client: TestClient) -> None:
    wrong = []
    for route in ROUTES:
        method = next(iter(route.methods - {"HEAD"}))
        answer = client.request(method, fill(route.path, _made_up(route)), follow_redirects=False)
        closed = not _is_let_in(answer)
        if closed is (declared_access(route) == {"PUBLIC"}):
            wrong.append((_name(route), answer.status_code))
    # These public routes judge a credential themselves, and there was none.
    assert [each for each in wrong if each[1] != 422] == []


def test_every_path_parameter_is_known_to_the_world() -> None:
    named = {name for route in NAMED for name in re.findall(r"{(\w+)}", route.path)}
    assert named - set(REAL) - set(NO_IDS) == set()


@pytest.mark.parametrize("role", Role)
def test_another_factorys_people_find_nothing_by_its_ids(
    client: TestClient, factory: Factory, stranger: Factory, document: dict[str, Any], role: Role
) -> None:
    ids, wrong, ours = real_ids(factory) | NO_IDS, [], Api(client, factory, Role.ADMIN)
    before = [ours.get(path).json() for path in ("/orders", "/jobs", "/work-orders")]
    for route in NAMED:
        answer = _ask(Api(client, stranger, role), route, ids, document)
        expected = {404} if _may(role, route) else {403}
        if expected == {404} and route.path in PAGE_PATHS and "POST" in route.methods:
            expected.add(303)  # back to the page, which says that there is no such thing
        if answer.status_code not in expected:
            wrong.append((_name(route), answer.status_code, answer.text[:200]))
    assert wrong == []
    assert before == [ours.get(path).json() for path in ("/orders", "/jobs", "/work-orders")]
