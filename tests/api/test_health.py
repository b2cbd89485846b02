from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.connections.mongo import mongo
from models.connections.postgres import dispose
from models.connections.settings import settings
from tests.api.conftest import Api


def _checks(answer: Any) -> dict[str, bool]:
    return {check["name"]: check["ok"] for check in answer.json()["checks"]}


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Point one server's address at a port where nobody listens, for the rest of the test."""

    def point(name: str, address: str) -> None:
        monkeypatch.setenv(name, address)
        _reconnect()

    yield point
    monkeypatch.undo()
    _reconnect()


def _reconnect() -> None:
    dispose()
    mongo().client.close()
    mongo.cache_clear()
    settings.cache_clear()


def test_all_is_well_when_every_server_answers(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "ready"
    assert _checks(answer) == {"postgresql": True, "migrations": True, "mongodb": True, "temporal": True}


def test_without_mongodb_it_serves_on_and_says_so(client: TestClient, api: Api, elsewhere: Any) -> None:
    elsewhere("MONGO_URL", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert api.post("/parts", {"sku": "A", "name": "x"}).status_code == 201
    trail = api.get("/audit")
    assert (trail.status_code, trail.headers["retry-after"]) == (503, "5")


def test_without_postgresql_every_answer_says_when_to_come_back(client: TestClient, api: Api, elsewhere: Any) -> None:
    headers = api.factory.headers(idempotency_key="k")
    elsewhere("DATABASE_URL", "postgresql://factoryos_app@127.0.0.1:1/factoryos")
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (503, 200)
    for answer in (
        client.get("/api/v1/parts", headers=headers),
        client.post("/api/v1/parts", headers=headers, json={"sku": "A", "name": "x"}),
        client.post("/api/v1/auth/login", json={"username": "x", "password": "y"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert answer.headers["retry-after"] == "5"
