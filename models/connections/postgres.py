"""The PostgreSQL engine, and the only places where a transaction begins, commits or ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from json import loads
from threading import Lock
from typing import Any
from uuid import UUID

import psycopg.types.json
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from models.connections.settings import settings
from models.messages.access import Sight

# One round trip opens a transaction and binds it to its tenant, and to the person where only their own may be seen.
# Writes go by key, so one plan serves them all; making one for each would cost more than running it.
_WRITING = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan"
_READING = "BEGIN READ ONLY"

# What people wait for takes some milliseconds: compiling it, or starting processes to share it, takes longer.
_OPTIONS = "-c statement_timeout=15000 -c timezone=UTC -c jit=off -c max_parallel_workers_per_gather=0"


def _decimal_loads(raw: str | bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """Read JSON from PostgreSQL without ever passing a number through a float."""
    return loads(raw, parse_float=Decimal)


# Two threads that ask first at the same moment must not build two pools, one of them nobody's.
_BUILDING = Lock()


def engine() -> Engine:
    """Return the pooled engine of this process; built on first use, never at import."""
    with _BUILDING:
        return _built()


@lru_cache(maxsize=1)
def _built() -> Engine:
    psycopg.types.json.set_json_loads(_decimal_loads)
    return create_engine(
        settings().database_url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=settings().factoryos_pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_recycle=1800,
        pool_timeout=10,
        pool_use_lifo=True,  # few connections stay warm: each keeps its own prepared statements
        connect_args={
            "options": _OPTIONS,
            "connect_timeout": 5,
            "autocommit": True,  # `_opened` says BEGIN itself, together with the tenant
            "prepare_threshold": 2,
        },
    )


def is_built() -> bool:
    """Tell whether this process has its engine already."""
    return _built.cache_info().currsize > 0


@contextmanager
def _opened(opening: str, sight: UUID | Sight) -> Iterator[Session]:
    with Session(engine(), expire_on_commit=False) as session:
        session.connection().exec_driver_sql(opening + _bound(sight))
        yield session


def _bound(sight: UUID | Sight) -> str:
    """Return the statements that bind a transaction; identifiers are UUIDs, so they need no quoting."""
    if not isinstance(sight, Sight):
        return f"; SET LOCAL app.tenant = '{UUID(str(sight))}'"
    owned = {
        "app.tenant": sight.tenant_id, "app.own_orders": sight.own_orders, "app.own_work": sight.own_work,
        "app.own_commands": sight.own_commands,
    }  # fmt: skip
    return "".join(f"; SET LOCAL {name} = '{UUID(str(value))}'" for name, value in owned.items() if value is not None)


@contextmanager
def begin(sight: UUID | Sight) -> Iterator[Session]:
    """Open the one transaction of a request or activity, bound to a tenant; commits at the end, rolls back on error."""
    with _opened(_WRITING, sight) as session:
        yield session
        session.commit()


@contextmanager
def read(sight: UUID | Sight) -> Iterator[Session]:
    """Open a session for reading, bound to a tenant; the database refuses to change anything in it."""
    with _opened(_READING, sight) as session:
        yield session
        session.commit()  # a rollback would make the driver forget its prepared statements


@contextmanager
def rehearse(sight: UUID | Sight) -> Iterator[Session]:
    """Open a session in which everything may be tried; all that was changed is thrown away."""
    with _opened(_WRITING, sight) as session:
        yield session
        session.rollback()


@contextmanager
def unbound() -> Iterator[Connection]:
    """Open a connection bound to no tenant: it sees no factory's rows, only what the owner's functions answer."""
    with engine().connect() as connection:
        yield connection


def dispose() -> None:
    """Close every pooled connection, for instance at shutdown; one in use closes when it is given back."""
    ending = engine()
    # A pool that was disposed of still takes back what it lent, and would hold it open for ever.
    event.listen(ending, "checkin", _close)
    ending.dispose()
    _built.cache_clear()


def _close(_connection: DBAPIConnection, lent: ConnectionPoolEntry) -> None:
    lent.invalidate()
