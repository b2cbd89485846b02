"""A corpus of attacks: none succeeds, and none is noticed by more than a refusal."""

import os
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import ROUTERS, create_app
from api.deps import declared_access
from api.tokens import session_of
from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.examples import body_of
from tests.api.hostile import TELLTALES, WORDS, tokens
from tests.api.test_matrix import NO_IDS
from tests.api.world import build, fill, real_ids
from tests.factories import Factory, leave_nothing_waiting, make_tenant

Tally = Callable[[str, int], None]
ROUTES = [
    route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path.startswith("/api/v1/") and route.path != "/api/v1/live"
]
ENDING = {"/api/v1/auth/logout", "/api/v1/auth/logout-everywhere"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app().openapi()


@pytest.fixture(scope="module")
def factory(servers: object) -> Iterator[Factory]:
    assert servers
    made = make_tenant()
    build(made)
    yield made
    leave_nothing_waiting(made)


@pytest.fixture(scope="module")
def neighbour(servers: object) -> Iterator[Factory]:
    """A factory that must not notice anything."""
    assert servers
    made = make_tenant()
    build(made)
    yield made
    leave_nothing_waiting(made)


def _harmless(answer: Any) -> bool:
    words = answer.text
    injected = "x-injected" in answer.headers or "stolen" in answer.headers.get("set-cookie", "")
    return answer.status_code < 500 and not injected and not any(telltale in words for telltale in TELLTALES)


@pytest.mark.parametrize("kind", WORDS)
def test_hostile_words_are_only_words(  # noqa: PLR0913, PLR0917 - what an attack needs
    client: TestClient, factory: Factory, neighbour: Factory, document: dict[str, Any], tally: Tally, kind: str
) -> None:
    ids, bystander, sent, wrong, turn = real_ids(factory) | NO_IDS, Api(client, neighbour, Role.ADMIN), 0, [], count()
    before = [bystander.get(path).json() for path in ("/orders", "/parts", "/work-orders", "/stock/balances")]
    for route in ROUTES:
        if route.path in ENDING:
            continue
        for word in _share(WORDS[kind], next(turn)):
            for request in _variants(route, word, ids, document):
                method = next(iter(route.methods - {"HEAD"}))
                headers = factory.headers(idempotency_key=str(uuid4()), if_match='"999999"')
                answer = client.request(method, headers=headers, follow_redirects=False, **request)
                sent += 1
                if not _harmless(answer):
                    wrong.append((method, route.path, word[:40], answer.status_code, answer.text[:200]))
    tally(f"hostile words: {kind}", sent)
    assert wrong == []
    assert before == [bystander.get(path).json() for path in ("/orders", "/parts", "/work-orders", "/stock/balances")]


def _share(words: tuple[str, ...], turn: int) -> tuple[str, ...]:
    """Every word for every route where asked for it, else one in turn, so that each meets many routes."""
    return words if os.environ.get("FACTORYOS_ATTACKS") == "all" else (words[turn % len(words)],)


def _variants(route: APIRoute, word: str, ids: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    """One request with the word in every query parameter, one in every text of the body, one in the path."""
    url, sent = fill(route.path, ids), []
    parameters = [each.alias for each in route.dependant.query_params] or ["q"]
    if "GET" in route.methods:
        sent.append({"url": url, "params": dict.fromkeys([*parameters, "q", "sort", "cursor"], word)})
    body = body_of(route, document)
    if "json" in body:
        sent.append({"url": url, "json": _poisoned(body["json"], word)})
    if "{" in route.path:
        in_path = re.sub(r"{\w+}", _quoted(word), route.path)
        sent.append({"url": in_path, **body})
    return sent


def _poisoned(value: Any, word: str) -> Any:
    if isinstance(value, dict):
        return {key: _poisoned(inner, word) for key, inner in value.items()}
    if isinstance(value, list):
        return [_poisoned(inner, word) for inner in value]
    return word if isinstance(value, str) else value


def _quoted(word: str) -> str:
    return quote(word[:500], safe="%")


def test_no_forged_credential_opens_a_door(client: TestClient, factory: Factory, tally: Tally) -> None:
    token, person = factory.token(Role.ADMIN), factory.actor(Role.ADMIN)
    opened, sent = [], 0
    for name, forged in tokens(str(session_of(token)), str(person.user_id), str(factory.id)):
        for path in ("/api/v1/auth/me", "/api/v1/orders"):
            answer = client.get(path, headers={"Authorization": f"Bearer {forged}"})
            sent += 1
            if answer.status_code != 401:
                opened.append((name, path, answer.status_code))
    tally("forged credentials", sent)
    assert opened == []
    assert client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_no_forged_cookie_opens_a_door(client: TestClient, factory: Factory, tally: Tally) -> None:
    session_id = session_of(factory.token(Role.ADMIN))
    forged = [
        f"{session_id.hex}.", f"{session_id.hex}.{'x' * 43}", f"{session_id}.x", "x", ".", f"{uuid4().hex}.x",
        f"{session_id.hex}.' OR 1=1 --", f"{factory.id.hex}.x", factory.token(Role.ADMIN), "fos_x_y", "é", "a.b.c",
    ]  # fmt: skip
    for value in forged:
        for name in ("factoryos", "__Host-factoryos"):
            answer = client.get("/api/v1/auth/me", headers={"Cookie": f"{name}={value}".encode()})
            assert answer.status_code == 401, value
    tally("forged cookies", 2 * len(forged))


def test_no_id_of_another_factory_opens_anything(
    client: TestClient, factory: Factory, document: dict[str, Any], tally: Tally
) -> None:
    intruder, ids, sent, opened = Api(client, make_tenant(), Role.ADMIN), real_ids(factory) | NO_IDS, 0, []
    for route in ROUTES:
        if "{" not in route.path or declared_access(route) == {"PUBLIC"}:
            continue
        method = next(iter(route.methods - {"HEAD"}))
        headers = intruder.factory.headers(idempotency_key=str(uuid4()), if_match='"1"')
        answer = client.request(method, fill(route.path, ids), headers=headers, **body_of(route, document))
        sent += 1
        if answer.status_code < 400 or any(str(one) in answer.text.replace(route.path, "") for one in ids.values()
                                           if str(one) not in fill(route.path, ids)):  # fmt: skip
            opened.append((method, route.path, answer.status_code))
    tally("foreign ids", sent)
    assert opened == []
