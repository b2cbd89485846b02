"""Calls webhooks: each delivery signed, within ten seconds, where calls may go, and again until it arrives."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import structlog
from standardwebhooks import Webhook

from models.connections.outbound import SECONDS, AddressRefused, client, webhook_reach
from models.connections.postgres import begin, read
from models.connections.secrets import unseal
from models.records import webhook_deliveries as records
from models.records.outbox import NO_TENANT
from models.records.webhook_deliveries import Due
from models.records.webhooks import PURPOSE

_log = structlog.get_logger("worker.relays")
_AT_ONCE = 8
_READ_BYTES = 1024
_SHOWN_LETTERS = 200


async def deliver_all() -> int:
    """Make the deliveries that are due, of all tenants; returns how many were tried."""
    return sum([await deliver(tenant_id) for tenant_id in await asyncio.to_thread(_tenants)])


async def deliver(tenant_id: UUID) -> int:
    """Make some deliveries of one tenant that are due; returns how many were tried."""
    taken = await asyncio.to_thread(_take, tenant_id)
    await asyncio.gather(*(_deliver(tenant_id, due) for due in taken))
    return len(taken)


def _tenants() -> list[UUID]:
    with read(NO_TENANT) as session:
        return records.tenants_waiting(session)


def _take(tenant_id: UUID) -> list[Due]:
    with begin(tenant_id) as session:
        return records.take(session, _AT_ONCE)


async def _deliver(tenant_id: UUID, due: Due) -> None:
    try:
        arrived, answer = await _call(due)
    except Exception:  # noqa: BLE001 - whatever one receiver does, the others are called
        _log.exception("a webhook's call met something unforeseen", webhook=str(due.webhook_id))
        arrived, answer = False, "The call failed."
    await asyncio.to_thread(_note, tenant_id, due, answer, arrived=arrived)


def _note(tenant_id: UUID, due: Due, answer: str, *, arrived: bool) -> None:
    with begin(tenant_id) as session:
        if arrived:
            records.note_arrival(session, due, answer)
        else:
            records.note_failure(session, tenant_id, due, answer)


async def _call(due: Due) -> tuple[bool, str]:
    """Return whether a receiver took a delivery, and what it said."""
    try:
        async with asyncio.timeout(SECONDS), client(webhook_reach()) as caller:
            return await _post(caller, due)
    except AddressRefused as refusal:
        return False, f"Not called: {refusal}."
    except TimeoutError:
        return False, f"No answer within {SECONDS:.0f} s."
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        return False, f"The call failed: {type(error).__name__}."


async def _post(caller: httpx2.AsyncClient, due: Due) -> tuple[bool, str]:
    """Send one delivery. Redirects count as failures: they could lead anywhere."""
    async with caller.stream("POST", due.url, content=due.body.encode(), headers=_headers(due)) as response:
        said = b""
        async for piece in response.aiter_raw():
            said += piece
            if len(said) >= _READ_BYTES:
                break
    return response.is_success, f"HTTP {response.status_code} {_shown(said)}".strip()


def _headers(due: Due) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": due.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(unseal(due.sealed_secret, PURPOSE)).sign(due.event_id, now, due.body),
    }


def _shown(said: bytes) -> str:
    text = said[:_READ_BYTES].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:_SHOWN_LETTERS]
