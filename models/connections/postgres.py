"""The PostgreSQL engine, and the only places where a transaction begins, commits or ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from json import loads
from typing import Any
from uuid import UUID

import psycopg.types.json
from sqlalchemy import Engine, create_engine
from sqlmodel import Session

from models.connections.settings import settings

# One round trip opens a transaction and binds it to its tenant; the tenant is a UUID, so it needs no quoting.
_WRITING = "BEGIN; SET LOCAL app.tenant = '{}'"
_READING = "BEGIN READ ONLY; SET LOCAL app.tenant = '{}'"


def _decimal_loads(raw: str | bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """Read JSON from PostgreSQL without ever passing a number through a float."""
    return loads(raw, parse_float=Decimal)


@lru_cache(maxsize=4)
def engine(url: str | None = None) -> Engine:
    """Return the pooled engine of this process; built on first use, never at import."""
    psycopg.types.json.set_json_loads(_decimal_loads)
    return create_engine(
        (url or settings().database_url).replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=settings().factoryos_pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_recycle=1800,
        pool_timeout=10,
        pool_use_lifo=True,  # few connections stay warm: each keeps its own prepared statements
        connect_args={
            "options": "-c statement_timeout=15000 -c timezone=UTC",
            "connect_timeout": 5,
            "autocommit": True,  # `_opened` says BEGIN itself, together with the tenant
            "prepare_threshold": 2,
        },
    )


@contextmanager
def _opened(opening: str, tenant: UUID) -> Iterator[Session]:
    with Session(engine(), expire_on_commit=False) as session:
        session.connection().exec_driver_sql(opening.format(UUID(str(tenant))))
        yield session


@contextmanager
def begin(tenant: UUID) -> Iterator[Session]:
    """Open the one transaction of a request or activity, bound to a tenant; commits at the end, rolls back on error."""
    with _opened(_WRITING, tenant) as session:
        yield session
        session.commit()


@contextmanager
def read(tenant: UUID) -> Iterator[Session]:
    """Open a session for reading, bound to a tenant; the database refuses to change anything in it."""
    with _opened(_READING, tenant) as session:
        yield session
        session.commit()  # a rollback would make the driver forget its prepared statements


@contextmanager
def rehearse(tenant: UUID) -> Iterator[Session]:
    """Open a session in which everything may be tried; all that was changed is thrown away."""
    with _opened(_WRITING, tenant) as session:
        yield session
        session.rollback()


def dispose() -> None:
    """Close every pooled connection, for instance before a fork or at shutdown."""
    engine().dispose()
    engine.cache_clear()
