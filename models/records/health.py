"""What readiness and the page of the system's health ask the database."""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import Session

from models.connections.postgres import read
from models.messages.health import Backlog

_BACKLOG = text("""
    SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND topic = 'audit') AS audit,
           (SELECT min(created_at) FROM outbox WHERE sent_at IS NULL AND topic = 'audit') AS audit_since,
           (SELECT count(*) FROM commands WHERE state = 'PENDING') AS commands,
           (SELECT min(received_at) FROM commands WHERE state = 'PENDING') AS commands_since,
           (SELECT count(*) FROM outbox WHERE topic = 'mail' AND sent_at IS NULL) AS mail,
           (SELECT count(*) FROM outbox WHERE topic = 'mail' AND given_up) AS mail_given_up,
           (SELECT max(failure) FROM outbox WHERE topic = 'mail' AND (given_up OR sent_at IS NULL)) AS mail_failure,
           (SELECT count(*) FROM webhook_deliveries WHERE ended_at IS NULL) AS deliveries,
           (SELECT count(*) FROM orders WHERE launched_at IS NULL) AS launches
""")


@lru_cache(maxsize=1)
def newest_revision() -> str | None:
    """Return the newest migration this version of the program knows."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def schema_revision() -> tuple[str | None, str | None]:
    """Return the database's migration, None where it is hidden, and the newest one known. Raises without PostgreSQL."""
    with read(UUID(int=0)) as session:
        readable = session.execute(text("SELECT has_table_privilege('alembic_version', 'SELECT')")).scalar()
        present = session.execute(text("SELECT version_num FROM alembic_version")).scalar() if readable else None
    return present, newest_revision()


def backlog(session: Session) -> Backlog:
    """Return what of a factory's waits to be carried somewhere, and since when."""
    return Backlog.model_validate(dict(session.execute(_BACKLOG).mappings().one()))
