"""Every answer tells the browser what it must not do, whoever made it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import ROUTERS, create_app
from api.deps import PUBLIC
from tests.api.conftest import Api

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
ENDLESS = {"/api/v1/live"}
ROUTES = sorted({
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path not in ENDLESS | {"/api/v1/auth/logout-everywhere"}
    for method in route.methods or ()
})  # fmt: skip


def _url(path: str) -> str:
    return re.sub(r"\{[a-z_]*id\}", lambda _: str(uuid4()), path).replace("{code}", "x").replace("{slug}", "forbidden")


def _holds(answer: Any) -> None:
    for name, value in EVERYWHERE.items():
        assert answer.headers[name] == value, (name, answer.request.url)
    policy = answer.headers["content-security-policy"]
    # Only pages load anything: their own scripts and styles, never inline and never from elsewhere.
    page = "text/html" in answer.headers.get("content-type", "") and "default-src 'self'" in policy
    assert page or "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy or "image/svg+xml" in answer.headers["content-type"]
    scans = answer.url.path in {"/station", "/station/cards"} and answer.status_code == 200
    camera = "camera=(self)" if scans else "camera=()"
    assert camera in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("route", ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
def test_every_route_answers_with_them_logged_in_or_not(api: Api, route: tuple[str, str]) -> None:
    method, path = route
    headers = api.factory.headers(idempotency_key=str(uuid4()), if_match='"1"')
    for answer in (
        api.client.request(method, _url(path), follow_redirects=False),
        api.client.request(method, _url(path), headers=headers, follow_redirects=False),
    ):
        assert answer.status_code < 500, answer.text
        _holds(answer)
    assert {"no-store", "no-cache", "immutable"} & set(answer.headers["cache-control"].split(", "))


def test_errors_of_the_framework_and_unexpected_ones_have_them_too(api: Api) -> None:
    for answer in (
        api.client.get("/nothing"), api.client.patch("/api/v1/parts"),
        api.client.post("/api/v1/auth/login", content=b"x" * 2_000_000), api.client.get("/api/v1/live"),
    ):  # fmt: skip
        assert answer.status_code in {401, 404, 405, 413}
        _holds(answer)
    app = create_app()

    @app.get("/broken", dependencies=[PUBLIC])
    def broken() -> None:
        raise ZeroDivisionError

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/unexpected")
    _holds(answer)


@pytest.fixture
def over_tls(api: Api) -> Iterator[TestClient]:
    with TestClient(api.client.app, base_url="https://factory.test") as client:
        yield client


def test_who_came_by_tls_is_told_to_come_by_tls_only(over_tls: TestClient) -> None:
    assert over_tls.get("/healthz").headers["strict-transport-security"] == "max-age=31536000"


def test_what_belongs_to_somebody_is_not_kept_unless_it_has_a_version(api: Api) -> None:
    made = api.made("/suppliers", {"code": "S", "name": "S"})
    assert api.get("/suppliers").headers["cache-control"] == "no-store"
    read = api.get(f"/suppliers/{made['id']}")
    assert read.headers["cache-control"] == "private, no-cache"
    known = api.get(f"/suppliers/{made['id']}", if_none_match=read.headers["etag"])
    assert (known.status_code, known.headers["cache-control"]) == (304, "private, no-cache")
    assert "cache-control" not in api.client.get("/problems").headers
    cookie = api.client.get("/problems", headers={"Cookie": "factoryos=x"})
    assert cookie.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/docs", "/problems", "/problems/forbidden"])
def test_a_page_may_show_its_own_style_and_nothing_else(api: Api, path: str) -> None:
    page = api.client.get(path)
    policy = page.headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    known = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{known}'" in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert not re.search(r"\son[a-z]+=", page.text)
