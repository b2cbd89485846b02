"""Transactions that happen in the past: history is written through the same record functions as the present.

Inside `writing_history` a function `now()` of our own stands before PostgreSQL's, and records ask the same clock. Only
the owner of the tables can make it, only sessions that name its schema find it, and it is gone afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from sqlalchemy import text
from sqlmodel import Session

from models.messages import clock

_GONE = "DROP SCHEMA IF EXISTS past CASCADE"
_MADE = """
    CREATE SCHEMA past;
    GRANT USAGE ON SCHEMA past TO PUBLIC;
    CREATE FUNCTION past.now() RETURNS timestamptz LANGUAGE sql STABLE
        AS $$ SELECT CAST(pg_catalog.current_setting('app.now') AS timestamptz) $$
"""
_BEGIN = text("SELECT set_config('search_path', 'past, pg_catalog, public', true)")
_SET = text("SELECT set_config('app.now', :instant, true)")


@contextmanager
def writing_history(owner_url: str) -> Iterator[None]:
    """Let this process's transactions happen at instants of the past meanwhile; `at` names each."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(_GONE)
        owner.execute(_MADE)
        try:
            yield
        finally:
            clock.past.set(None)
            owner.execute(_GONE)


def at(session: Session, instant: datetime) -> None:
    """Let everything from here on happen at an instant, until another is named or the transaction ends."""
    clock.past.set(instant)
    transaction = session.get_transaction()
    if session.info.get("past") is not transaction:
        session.execute(_BEGIN)  # once: each change of the path has every prepared statement planned anew
        session.info["past"] = transaction
    session.execute(_SET, {"instant": instant.isoformat()})
