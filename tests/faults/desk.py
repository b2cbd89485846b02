"""A calm place beside the storms: one order at a time, one request at a time, and patience for what comes later."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

from models.messages.access import Actor
from tests.faults.product import Product
from tests.faults.workshop import PRODUCT, bearer, open_workshop

_Found = TypeVar("_Found")
_TICK = 0.1


def eventually(ask: Callable[[], _Found | None], what: str, seconds: float = 240) -> _Found:
    """Ask again and again until there is an answer that is not empty. Fails after some seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found = ask()
        if found:
            return found
        assert time.monotonic() < deadline, f"after {seconds:g} seconds still not: {what}"
        time.sleep(_TICK)


class Desk:
    """One workshop's requests."""

    def __init__(self, product: Product) -> None:
        self.product, self.shop = product, open_workshop(1)
        self._http = httpx2.Client(base_url=f"{product.url}/api/v1", timeout=60, trust_env=False)

    def close(self) -> None:
        self._http.close()

    @property
    def technician(self) -> Actor:
        return self.shop.technicians[0]

    def get(self, path: str, **query: Any) -> Any:
        answer = self._http.get(path, params=query, headers=bearer(self.shop.manager))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, key: str | None = None, actor: Actor | None = None) -> httpx2.Response:
        headers = {**bearer(actor or self.shop.manager), "Idempotency-Key": key or str(uuid4())}
        return self._http.post(path, json=body, headers=headers)

    def tap(self, step: dict[str, Any], action: str, key: str | None = None, **body: Any) -> httpx2.Response:
        return self.post(f"/work-orders/{step['work_order_id']}/{action}", body, key, self.technician)

    def applied(self, step: dict[str, Any], action: str, key: str | None = None) -> httpx2.Response:
        """Tap until that has been applied: a busy machine may need longer than one tap waits, and is asked again."""
        key = key or str(uuid4())

        def tapped() -> httpx2.Response | None:
            answer = self.tap(step, action, key)
            assert answer.status_code in (200, 202), answer.text
            return answer if answer.status_code == 200 else None

        return eventually(tapped, f"{action} is applied")

    def order(self) -> str:
        """Place an order for one lamp; returns its id."""
        due = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        answer = self.post("/orders", {"product": PRODUCT, "quantity": 1, "due_at": due})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def job_of(self, order: str) -> dict[str, Any]:
        """Return an order's job once its first step is ready."""

        def ready() -> dict[str, Any] | None:
            for job in self.get("/jobs", order_id=order)["items"]:
                detail: dict[str, Any] = self.get(f"/jobs/{job['id']}")
                return detail if detail["steps"][0]["state"] == "READY" else None
            return None

        return eventually(ready, f"the job of order {order} is ready")

    def new_job(self) -> dict[str, Any]:
        return self.job_of(self.order())

    def facts(self, job: dict[str, Any], command: str) -> list[dict[str, Any]]:
        """Return the facts that a command has become."""
        events = self.get(f"/jobs/{job['id']}/events", limit=200)["items"]
        return [event for event in events if event["command_id"] == command]

    def fate(self, command: str, state: str) -> dict[str, Any]:
        """Wait for a command's fate."""

        def decided() -> dict[str, Any] | None:
            view: dict[str, Any] = self.get(f"/commands/{command}")
            return view if view["state"] != "PENDING" else None

        view = eventually(decided, f"command {command} has a fate")
        assert view["state"] == state, view
        return view
