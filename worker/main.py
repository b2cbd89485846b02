"""The worker process: settings, adapters, worker; it drains on SIGTERM."""

import asyncio
import signal
from datetime import timedelta

import structlog
import uvloop
from temporalio.client import Client

from models.connections.logs import configure_logging, start_log_shipper
from models.connections.temporal import connect
from models.connections.turns import take_short_turns
from worker.build import build_worker
from worker.relays.loops import run_relays

_RETRY = timedelta(seconds=1)
_log = structlog.get_logger("worker")


def run(name: str) -> None:
    """Run one worker process until SIGTERM or SIGINT, then finish what is in hand."""
    configure_logging(name)
    shipper = start_log_shipper(name)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(name))
    finally:
        shipper.stop(timeout=5)


async def _run(name: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await _connect(stop)
    if client is None:
        return
    take_short_turns()
    _log.info("worker starts", worker=name)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run_relays(client, stop))
        tasks.create_task(_work(client, stop))
    _log.info("worker has drained", worker=name)


async def _work(client: Client, stop: asyncio.Event) -> None:
    async with build_worker(client):
        await stop.wait()


async def _connect(stop: asyncio.Event) -> Client | None:
    """Connect, waiting for a server that is not up yet; None when told to stop meanwhile."""
    while not stop.is_set():
        try:
            return await connect()
        except RuntimeError as fault:
            _log.warning("Temporal is away; trying again", fault=str(fault))
            await asyncio.sleep(_RETRY.total_seconds())
    return None
