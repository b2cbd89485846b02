"""Alembic's entry: one connection as the owner, a lock timeout, and the whole metadata to compare with."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from models.tables.all import METADATA


def _run(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
with engine.connect() as connection:
    _run(connection)
