"""Whether the servers behind this process answer."""

import asyncio
from datetime import timedelta

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from models.connections.mongo import mongo
from models.records.health import schema_revision

_SECONDS = 3


class Check(BaseModel):
    """One server this process needs, and what is wrong with it."""

    name: str
    ok: bool
    detail: str = ""


async def servers(request: Request) -> tuple[Check, ...]:
    """Ask every server, side by side; PostgreSQL's answer comes first."""
    database, *others = await asyncio.gather(_postgresql(), _mongodb(), _temporal(request))
    return (*database, *others)


async def _postgresql() -> tuple[Check, ...]:
    try:
        present, newest = await asyncio.wait_for(run_in_threadpool(schema_revision), _SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the check reports
        return (Check(name="postgresql", ok=False, detail=_words(error)),)
    if present is None:
        return Check(name="postgresql", ok=True), Check(
            name="migrations", ok=False, detail="The version is not readable."
        )
    words = f"The database is at '{present}', this version needs '{newest}': run factoryos migrate."
    current = present == newest
    return Check(name="postgresql", ok=True), Check(name="migrations", ok=current, detail="" if current else words)


async def _mongodb() -> Check:
    try:
        await asyncio.wait_for(run_in_threadpool(lambda: mongo().command("ping")), _SECONDS)
    except Exception as error:  # noqa: BLE001 - see _postgresql
        return Check(name="mongodb", ok=False, detail=_words(error))
    return Check(name="mongodb", ok=True)


async def _temporal(request: Request) -> Check:
    try:
        healthy = await asyncio.wait_for(
            request.app.state.temporal.service_client.check_health(timeout=timedelta(seconds=_SECONDS)), _SECONDS
        )
    except Exception as error:  # noqa: BLE001 - see _postgresql
        return Check(name="temporal", ok=False, detail=_words(error))
    return Check(name="temporal", ok=bool(healthy))


def _words(error: Exception) -> str:
    """Return the kind of error only: its text may hold addresses and names of users."""
    return f"does not answer ({type(error).__name__})"
