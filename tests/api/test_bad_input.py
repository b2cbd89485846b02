"""Nothing a client can send makes the server fail, and what is refused changes nothing."""

import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import ROUTERS
from api.deps import declared_access
from api.pages.all import PAGES
from api.problems import BY_ERROR, KINDS
from models.records.refusals import Refusal
from tests.api.conftest import Api

# They take no body, and do what they are for whatever is in it.
BODILESS = {"/api/v1/auth/logout", "/api/v1/auth/logout-everywhere", "/api/v1/notifications/read"}
ROUTES = [
    (method, route.path)
    for router in ROUTERS
    if router not in PAGES  # their forms of nonsense are in tests/pages
    for route in router.routes
    if isinstance(route, APIRoute) and route.path.startswith("/api/") and route.path not in BODILESS
    for method in sorted(route.methods & {"POST", "PUT", "PATCH"})
]
DEEP = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "a word": b'"x"',
    "a number of 5,000 digits": b'{"sku": "A", "name": "x", "unit_cost": ' + b"9" * 5000 + b"}",
    "a number of 5,000 decimals": b'{"sku": "A", "name": "x", "unit_cost": 0.' + b"9" * 5000 + b"}",
    "a huge exponent": b'{"sku": "A", "name": "x", "unit_cost": 1e999999999}',
    "a tiny exponent": b'{"sku": "A", "name": "x", "unit_cost": 1e-999999999}',
    "NaN": b'{"sku": "A", "name": "x", "unit_cost": NaN}',
    "Infinity": b'{"sku": "A", "name": "x", "minimum_stock": -Infinity}',
    "NaN as text": b'{"sku": "A", "name": "x", "unit_cost": "NaN"}',
    "NUL": b'{"sku": "A", "name": "a\\u0000b", "code": "A\\u0000"}',
    "a lone surrogate": b'{"sku": "A", "code": "A", "name": "\\ud800"}',
    "broken UTF-8": b'{"sku": "A", "name": "\xff\xfe"}',
    "a byte order mark": b'\xef\xbb\xbf{"sku": "A"}',
    "deep nesting": DEEP[:900_000],
    "unknown fields": b'{"nonsense": 1, "tenant_id": "00000000-0000-0000-0000-000000000000"}',
    "wrong kinds": b'{"sku": 1, "code": [], "name": {}, "lines": "x", "steps": 3, "yaml": false, "username": null}',
    "a long name": b'{"sku": "A", "code": "A", "name": "' + b"x" * 100_000 + b'"}',
    "another factory's id": b'{"id": "0190f5fe-0000-7000-8000-000000000000"}',
    "a long key": b'{"' + b"k" * 500_000 + b'": 1}',
}


def _facts(api: Api) -> list[int]:
    tables = ("parts", "products", "suppliers", "work_centers", "templates", "stock_entries", "files", "bom_lines",
              "outbox", "idempotency_keys", "orders", "commands")  # fmt: skip
    with api.factory.read() as session:
        return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]  # noqa: S608


def _url(path: str) -> str:
    while "{" in path:
        path = path[: path.index("{")] + str(uuid4()) + path[path.index("}") + 1 :]
    return path


def _send(api: Api, method: str, path: str, body: bytes, content_type: str = "application/json") -> Any:
    headers = api.factory.headers(idempotency_key=str(uuid4()), if_match='"1"') | {
        "content-type": content_type.encode("latin-1")
    }
    return api.client.request(method, _url(path), content=body, headers=headers)


@pytest.mark.parametrize("route", ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
def test_bad_bodies_are_refused_in_words_and_change_nothing(api: Api, route: tuple[str, str]) -> None:
    before = _facts(api)
    for name, body in BODIES.items():
        answer = _send(api, *route, body)
        assert 400 <= answer.status_code < 500, (name, answer.status_code)
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json", name
        assert problem["status"] == answer.status_code, name
        assert problem["type"].startswith("/problems/"), name
        assert problem["detail"], name
        assert len(answer.content) < 20_000, name
    assert _facts(api) == before


@pytest.mark.parametrize("route", ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
def test_a_body_of_ten_megabytes_is_refused_unread(api: Api, route: tuple[str, str]) -> None:
    answer = _send(api, *route, b'{"name": "' + b"x" * 10_000_000 + b'"}')
    if "/templates/{" in route[1] and route[0] == "POST":
        assert answer.status_code in {404, 413}  # takes no body
    else:
        assert answer.status_code in {404, 413, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 5_000


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_who_sends_too_much_still_hears_why(address: str, connection: str, *, chunked: bool) -> None:
    line = HTTPConnection(address.removeprefix("http://"), timeout=30)
    body = [b"x" * 1_000_000] * 10
    headers = {"Content-Type": "application/json", "Connection": connection}
    headers |= {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(10_000_000)}
    line.request("POST", "/api/v1/auth/login", body, headers, encode_chunked=chunked)
    answer = line.getresponse()
    problem = json.loads(answer.read())
    assert (answer.status, answer.headers["content-type"]) == (413, "application/problem+json")
    assert problem["type"] == "/problems/too-large"
    assert problem["trace_id"] == answer.headers["x-request-id"]
    line.close()


def test_who_waits_to_be_asked_for_the_body_is_refused_at_once(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert line.recv(200).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("route", ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
def test_another_content_type_is_refused(api: Api, route: tuple[str, str]) -> None:
    for content_type in ("text/plain", "application/xml", "multipart/form-data", "x", "application/json; charset=\xff"):
        answer = _send(api, *route, b'{"sku": "A"}', content_type)
        assert 400 <= answer.status_code < 500, content_type


@pytest.mark.parametrize("name", ["{}", "x", "' OR 1=1", "%00", "..%2f..%2fetc", "0" * 3000, "é"])
def test_a_wrong_id_is_refused(api: Api, name: str) -> None:
    for path in ("/parts", "/templates", "/files", "/products"):
        assert api.get(f"{path}/{name}").status_code in {404, 422}, path


def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: TestClient) -> None:
    for method, path, status in (("GET", "/api/v1/nothing", 404), ("PATCH", "/api/v1/parts", 405)):
        answer = client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_wrong_fields_are_pointed_at(api: Api, bench: Callable[..., dict[str, Any]]) -> None:
    document = bench()
    document["steps"][1]["run_minutes"] = "soon"
    document["steps"][0]["nonsense~/x"] = 1
    refused = api.post("/templates", document)
    pointers = {error["pointer"] for error in refused.json()["errors"]}
    assert pointers == {"/steps/1/run_minutes", "/steps/0/nonsense~0~1x"}
    assert "soon" not in json.dumps(refused.json()["errors"])


def test_a_list_is_not_called_too_short_where_its_items_are_wrong(api: Api) -> None:
    one_bad = {"lines": [{"part": "A", "quantity": "much"}]}
    assert [error["pointer"] for error in api.post("/stock/receipts", one_bad).json()["errors"]] == [
        "/lines/0/quantity"
    ]
    (empty,) = api.post("/stock/receipts", {"lines": []}).json()["errors"]
    assert empty == {"pointer": "/lines", "detail": "At least 1 item is needed"}


def test_an_unknown_field_is_named_with_what_may_have_been_meant(
    api: Api, bench: Callable[..., dict[str, Any]]
) -> None:
    document = bench()
    document["steps"][1]["run_minuts"] = "4"
    (error,) = api.post("/templates", document).json()["errors"]
    assert error["detail"].startswith("Unknown field; did you mean 'run_minutes'? Allowed: key, name, ")
    (error,) = api.get("/orders?stat=DONE").json()["errors"]
    assert error == {"parameter": "stat", "in": "query", "detail": "Unknown field"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/work-orders/WO-000001"), ("POST", "/templates/TPL-1/publish")])
def test_a_code_where_an_id_belongs_is_told_so(api: Api, method: str, path: str) -> None:
    refused = api.call(method, path)
    assert refused.status_code == 422
    assert "takes an id, not a code" in refused.json()["detail"]
    assert "Content-Type" not in refused.json()["detail"]
    assert "takes an id, not a code" in refused.json()["errors"][0]["detail"]


def test_every_problem_has_its_page(client: TestClient, api: Api) -> None:
    problem = api.get(f"/parts/{uuid4()}").json()
    page = client.get(problem["type"])
    assert page.status_code == 200
    assert problem["title"] in page.text
    assert client.get("/problems/nonsense").status_code == 404


def _descendants(kind: type[Exception]) -> set[type[Exception]]:
    return {kind} | {below for child in kind.__subclasses__() for below in _descendants(child)}


def test_every_refusal_is_mapped_to_one_problem() -> None:
    for kind in _descendants(Refusal) - {Refusal}:
        assert any(ancestor in BY_ERROR for ancestor in kind.__mro__), f"{kind.__name__} has no problem"
    slugs = [kind.slug for kind in KINDS]
    assert len(slugs) == len(set(slugs))


def test_every_route_declares_who_may_call_it() -> None:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            assert declared_access(route), f"{route.path} declares no permission"


def test_the_usual_address_leads_to_the_description(client: TestClient) -> None:
    answer = client.get("/docs", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/api/docs")


def test_the_description_is_whole_and_needs_no_foreign_script(client: TestClient) -> None:
    spec = client.get("/api/v1/openapi.json").json()
    operations = [operation for path in spec["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert all(operation.get("summary") for operation in operations)
    docs = client.get("/api/docs")
    assert docs.status_code == 200
    assert "<script" not in docs.text
    assert 'src="http' not in docs.text
