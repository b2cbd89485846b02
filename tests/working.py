"""A real worker in this process, in a thread with a loop of its own, so that tests of any kind may wait for it."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from models.connections.settings import settings
from models.connections.temporal import connect
from worker.build import build_worker
from worker.relays.loops import run_relays


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Other settings for a while; what reads them later sees the old ones again."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        settings.cache_clear()


@contextmanager
def working(*, relays: bool = False, queue: str | None = None) -> Iterator[None]:
    """Run a worker until the block ends; with `relays` it carries outbox, commands and launches too."""
    ready, told, failures = Event(), Event(), []

    async def work() -> None:
        client = await connect()
        with environment(**({"FACTORYOS_TASK_QUEUE": queue} if queue else {})):
            worker = build_worker(client)
        stop = asyncio.Event()
        async with worker:
            carried = asyncio.create_task(run_relays(client, stop)) if relays else None
            ready.set()
            await asyncio.to_thread(told.wait)
            stop.set()
            if carried is not None:
                await carried

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as failure:  # noqa: BLE001 - handed to the test's own thread
            failures.append(failure)
        finally:
            ready.set()

    thread = Thread(target=run, name="test-worker")
    thread.start()
    ready.wait(120)
    try:
        if not failures:
            yield
    finally:
        told.set()
        thread.join(60)
    if failures:
        raise failures[0]
