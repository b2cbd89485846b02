"""Bring the database to this version's shape, or say how it differs."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def _config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    url = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(owner_url: str) -> None:
    """Run every migration not yet run, each in its own transaction. Raises what PostgreSQL refuses."""
    command.upgrade(_config(owner_url), "head")


def check(owner_url: str) -> None:
    """Raise alembic.util.CommandError where tables and migrations differ."""
    command.check(_config(owner_url))


def revise(owner_url: str, message: str) -> None:
    """Write a new migration from the difference between tables and database."""
    command.revision(_config(owner_url), message, autogenerate=True)
