"""The relays' rhythm: each runs for itself, waits out what is away, and says so once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from pymongo.errors import PyMongoError
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from worker.adapters.smtp import MailServerAway
from worker.relays import commands, dates, launches, mail, notices, outbox, pruning, reminders, retention, webhooks

_log = structlog.get_logger("worker.relays")
_REST, _A_WHILE, _A_MOMENT, _LONGEST_PAUSE, _A_MINUTE, _AN_HOUR = 0.5, 1.0, 5.0, 10.0, 60.0, 3600.0
# _A_WHILE is for the audit trail: nobody waits for it, and a tap that meets its relay takes longer.
_MANY = 50  # so much at once means that more is waiting; fewer are better gathered than carried one by one
_AWAY = (PyMongoError, SQLAlchemyError, RPCError, MailServerAway)


async def _outbox() -> int:
    return await asyncio.to_thread(outbox.relay_all)


async def _mail() -> int:
    return await asyncio.to_thread(mail.relay_all)


async def _commands(client: Client) -> int:
    delivered = 0
    for tenant_id in await asyncio.to_thread(commands.tenants_waiting):
        found = await asyncio.to_thread(commands.claim, tenant_id)
        try:
            delivered += await commands.deliver(client, tenant_id, found)
        except RPCError:
            await asyncio.to_thread(commands.give_back, tenant_id, found)
            raise
    return delivered


async def _launches(client: Client) -> int:
    orders = await asyncio.to_thread(launches.waiting)
    for order in orders:
        await launches.launch(client, order)
        await asyncio.to_thread(launches.mark, order)
    return len(orders)


async def _reminders(client: Client) -> int:
    for tenant_id, job in await asyncio.to_thread(reminders.quiet_jobs):
        await reminders.settle(client, tenant_id, job)
    return 0


async def _dates(client: Client) -> int:
    for tenant_id, date in await asyncio.to_thread(dates.moved):
        await dates.tell(client, tenant_id, date)
    return 0


async def _prune() -> int:
    await asyncio.to_thread(outbox.prune_all)
    await asyncio.to_thread(pruning.prune_all)
    return 0


async def _notices() -> int:
    await asyncio.to_thread(notices.tell_all, datetime.now(UTC))
    return 0


async def _retention() -> int:
    return await asyncio.to_thread(retention.prune_trails, datetime.now(UTC))


async def _keep_doing(name: str, once: Callable[[], Awaitable[int]], stop: asyncio.Event, rest: float = _REST) -> None:
    """Do something again and again, at once while there is work, else after a rest; longer while a server is away."""
    pause, away = rest, False
    while not stop.is_set():
        try:
            done = await once()
            if away:
                _log.info("relay goes on", relay=name)
            pause, away = (0.0 if done >= _MANY else rest), False
        except _AWAY as fault:
            if not away:
                _log.warning("relay waits for a server that is away", relay=name, fault=str(fault))
            pause, away = (min(pause * 2, _LONGEST_PAUSE) if away else _REST), True
        await _sleep(stop, pause)


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def run_relays(client: Client, stop: asyncio.Event) -> None:
    """Run all relays until `stop` is set."""
    async with asyncio.TaskGroup() as relays:
        relays.create_task(_keep_doing("outbox", _outbox, stop, _A_WHILE))
        relays.create_task(_keep_doing("mail", _mail, stop))
        relays.create_task(_keep_doing("commands", lambda: _commands(client), stop))
        relays.create_task(_keep_doing("launches", lambda: _launches(client), stop))
        relays.create_task(_keep_doing("reminders", lambda: _reminders(client), stop, _A_MOMENT))
        relays.create_task(_keep_doing("dates", lambda: _dates(client), stop, _A_MOMENT))
        relays.create_task(_keep_doing("webhooks", webhooks.deliver_all, stop))
        relays.create_task(_keep_doing("notices", _notices, stop, _A_MINUTE))
        relays.create_task(_keep_doing("pruning", _prune, stop, _AN_HOUR))
        relays.create_task(_keep_doing("retention", _retention, stop, _AN_HOUR))
