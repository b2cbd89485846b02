"""The live feed: four looks a second at the outbox for each factory that somebody watches, handed to all who watch it.

It reads the outbox itself and not MongoDB, so screens stay alive while the audit store is away.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from fastapi.sse import ServerSentEvent
from sqlalchemy.exc import SQLAlchemyError

from models.connections.postgres import read
from models.messages.live import LiveEvent
from models.records import outbox

_LOOK_SECONDS = 0.25
_LATE_SECONDS = 10.0  # a transaction may commit this long after it took its number; ids are looked at until then
_WAITING_EVENTS = 2_000
_log = structlog.get_logger("api.live")

Listener = asyncio.Queue[ServerSentEvent | None]


@dataclass
class _Watch:
    """One factory being watched: who listens, and which numbers have been handed out."""

    tenant_id: UUID
    listeners: set[Listener] = field(default_factory=set)
    seen: dict[int, float] = field(default_factory=dict)
    floor: int = 0
    newest: int = 0
    task: asyncio.Task[None] | None = None


class Feed:
    """Everybody who watches, by factory. Belongs to one event loop."""

    def __init__(self) -> None:
        self._watches: dict[UUID, _Watch] = {}

    @asynccontextmanager
    async def listen(self, tenant_id: UUID) -> AsyncIterator[Listener]:
        """Give a queue of events from now on; a None in it tells a listener that was too slow to come again."""
        watch = self._watches.get(tenant_id)
        if watch is None:
            watch = _Watch(tenant_id, floor=await asyncio.to_thread(_newest, tenant_id))
            watch = self._watches.setdefault(tenant_id, watch)
        listener: Listener = asyncio.Queue(_WAITING_EVENTS)
        watch.listeners.add(listener)
        if watch.task is None:
            watch.task = asyncio.create_task(self._look(watch))
        try:
            yield listener
        finally:
            watch.listeners.discard(listener)
            if not watch.listeners and self._watches.get(tenant_id) is watch:
                del self._watches[tenant_id]
                watch.task.cancel()

    def newest(self, tenant_id: UUID) -> int:
        """Return the number of a factory's last event that was handed out; 0 where nobody listens."""
        watch = self._watches.get(tenant_id)
        return watch.newest if watch else 0

    async def _look(self, watch: _Watch) -> None:
        """Look until nobody listens any more; a database that is away only makes the next look come later."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                events = await asyncio.to_thread(after, watch.tenant_id, watch.floor)
            except SQLAlchemyError as fault:
                _log.warning("the live feed waits for the database", fault=str(fault))
                continue
            for event in events:
                if event.id not in watch.seen:
                    watch.seen[event.id] = time.monotonic()
                    watch.newest = max(watch.newest, event.id)
                    _hand_out(watch, sent(event))
            _forget(watch)


def sent(event: LiveEvent) -> ServerSentEvent:
    """Return an event as it goes out: written once, however many listen."""
    return ServerSentEvent(raw_data=event.model_dump_json(), id=str(event.id))


def _hand_out(watch: _Watch, event: ServerSentEvent) -> None:
    for listener in tuple(watch.listeners):
        try:
            listener.put_nowait(event)
        except asyncio.QueueFull:
            watch.listeners.discard(listener)
            while not listener.empty():
                listener.get_nowait()
            listener.put_nowait(None)


def _forget(watch: _Watch) -> None:
    """Raise the floor over numbers that are old enough for nothing to come in below them."""
    limit = time.monotonic() - _LATE_SECONDS
    old = [number for number, seen_at in watch.seen.items() if seen_at < limit]
    for number in old:
        watch.floor = max(watch.floor, number)
        del watch.seen[number]


def _newest(tenant_id: UUID) -> int:
    with read(tenant_id) as session:
        return outbox.newest(session)


def after(tenant_id: UUID, number: int) -> list[LiveEvent]:
    """Return what happened after a number, oldest first, at most a thousand."""
    with read(tenant_id) as session:
        return outbox.after(session, number)
