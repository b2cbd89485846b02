"""One person at the public API: every request is repeated under its key until it has an answer, and remembered."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from api.commands import command_id
from models.messages.access import Actor
from tests.faults.workshop import bearer

APPLIED, TAKEN, UNAVAILABLE = 200, 202, 503
_TRY_AGAIN_SECONDS = 0.2


@dataclass
class Sent:
    """One command and every answer that was given to it."""

    id: UUID
    action: str
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    posts: int = 0

    @property
    def acknowledged(self) -> list[dict[str, Any]]:
        return [body for status, body in self.answers if status == APPLIED and body.get("state") == "APPLIED"]


@dataclass
class Book:
    """What all people of a storm have sent, and how the API answered."""

    sent: dict[UUID, Sent] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    unreachable: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def posts(self) -> int:
        return sum(one.posts for one in self.sent.values())

    @property
    def doubled(self) -> int:
        return sum(one.posts > 1 for one in self.sent.values())


class Hands:
    """One person's requests."""

    def __init__(self, client: httpx2.AsyncClient, actor: Actor, book: Book) -> None:
        self.actor, self.book = actor, book
        self._client, self._headers = client, bearer(actor)

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self._ask("GET", path, params=query)
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], key: str) -> httpx2.Response:
        """Send until there is an answer other than "later"."""
        return await self._ask("POST", path, json=body, headers={"Idempotency-Key": key})

    async def act(self, work_order: str, action: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """Send one command and note its answer."""
        sent = self._note(key, action)
        answer = await self.post(f"/work-orders/{work_order}/{action}", body, key)
        sent.answers.append((answer.status_code, answer.json()))
        return sent.answers[-1]

    async def queue(self, work_order: str, action: str, body: dict[str, Any], key: str) -> None:
        """Hand one command over as a tablet that was offline does."""
        sent = self._note(key, action)
        item = {"key": key, "work_order_id": work_order, "request": {"action": action, **body}}
        answer = await self.post("/commands", {"commands": [item], "wait": False}, key)
        sent.answers.append((TAKEN if answer.is_success else answer.status_code, answer.json()))

    def _note(self, key: str, action: str) -> Sent:
        identity = command_id(self.actor, key)
        sent = self.book.sent.setdefault(identity, Sent(identity, action))
        sent.posts += 1
        return sent

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        while True:
            try:
                answer = await self._client.request(
                    method, f"/api/v1{path}", headers={**self._headers, **(headers or {})}, **more
                )
            except httpx2.TransportError:
                self.book.unreachable += 1
            else:
                self.book.statuses[answer.status_code] += 1
                if answer.status_code >= 500 and answer.status_code != UNAVAILABLE:
                    self.book.faults.append(f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
                if answer.status_code != UNAVAILABLE:
                    return answer
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
