import socket
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from deploy.stack.plan import Plan
from models.rules.access import Role
from tests.factories import Factory, other_tenant, tenant

__all__ = ["Api", "other_tenant", "tenant"]


@pytest.fixture(scope="session")
def running_app(servers: Plan) -> Iterator[TestClient]:  # noqa: ARG001 - the servers must run
    """The app in this process; an unexpected error fails the test with its traceback."""
    with TestClient(create_app(), base_url="http://factory.test") as made:
        yield made


@pytest.fixture
def client(running_app: TestClient) -> TestClient:
    """The app, as somebody sees it who brings no cookie along from an earlier test."""
    running_app.cookies.clear()
    return running_app


@pytest.fixture(scope="session")
def address(servers: Plan) -> Iterator[str]:  # noqa: ARG001 - the servers must run
    """The API served on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(create_app(), lifespan="off", log_level="error"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


class Api:
    """One person's view of the API: paths without prefix, a fresh idempotency key on every POST."""

    def __init__(self, client: TestClient, factory: Factory, role: Role | str) -> None:
        self.client, self.factory, self.role = client, factory, role

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        named = self.factory.headers(self.role, **headers)
        if method == "POST":
            named.setdefault("idempotency-key", str(uuid4()))
        more = {} if json is None else {"json": json}
        return self.client.request(method, f"/api/v1{path}", headers=named, **more)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, json: Any = None, **headers: str) -> Any:
        return self.call("POST", path, json, **headers)

    def put(self, path: str, json: Any, version: int | None = None) -> Any:
        return self.call("PUT", path, json, **({} if version is None else {"if_match": f'"{version}"'}))

    def delete(self, path: str, version: int | None = None) -> Any:
        return self.call("DELETE", path, **({} if version is None else {"if_match": f'"{version}"'}))

    def made(self, path: str, json: Any = None) -> Any:
        """POST, and the answer's content; fails the test where it was refused."""
        answer = self.post(path, json)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def as_(self, role: Role | str) -> "Api":
        return Api(self.client, self.factory, role)


@pytest.fixture
def api(client: TestClient, tenant: Factory) -> Api:
    """The API as the administrator of this test's own factory."""
    return Api(client, tenant, Role.ADMIN)


@pytest.fixture
def stranger(client: TestClient, other_tenant: Factory) -> Api:
    """The API as the administrator of another factory."""
    return Api(client, other_tenant, Role.ADMIN)


@pytest.fixture
def bench(api: Api) -> Callable[..., Any]:
    """A small catalog: product LAMP, parts BASE and WIRE, work centre ASSY; gives a template document for it."""
    api.made("/products", {"sku": "LAMP", "name": "Lamp"})
    api.made("/parts", {"sku": "BASE", "name": "Base", "unit_cost": "2.5"})
    api.made("/parts", {"sku": "WIRE", "name": "Wire", "uom": "m", "unit_cost": "0.8"})
    api.made("/work-centers", {"code": "ASSY", "name": "Assembly", "cost_per_hour": "30"})

    def document(**changes: Any) -> dict[str, Any]:
        steps = [
            {"key": "cut", "name": "Cut wire", "work_center": "ASSY", "run_minutes": "1.5",
             "parts": [{"part": "WIRE", "quantity": "0.35", "scrap_percent": "4"}]},
            {"key": "mount", "name": "Mount", "work_center": "ASSY", "run_minutes": "4", "after": [{"step": "cut"}],
             "parts": [{"part": "BASE", "quantity": "1"}]},
        ]  # fmt: skip
        return {"product": "LAMP", "title": "How to make a lamp", "steps": steps, **changes}

    return document


@pytest.fixture
def audited(tenant: Factory) -> Callable[[], list[Any]]:
    """What the audit trail of this test's factory will be told, in order."""

    def entries() -> list[Any]:
        with tenant.read() as session:
            rows = session.execute(text("SELECT data FROM outbox WHERE topic = 'audit' ORDER BY id"))
            return list(rows.scalars())

    return entries
