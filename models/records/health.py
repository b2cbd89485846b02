"""What /readyz asks the database."""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from models.connections.postgres import read


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
