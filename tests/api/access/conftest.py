from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from deploy.stack.plan import Plan
from models.connections.postgres import dispose
from models.migrations.run import upgrade
from tests.factories import Factory
from tests.letterbox import Letterbox
from tests.working import environment

SAAS = {
    "FACTORYOS_MODE": "saas", "FACTORYOS_DOMAIN": "mes.example.com", "FACTORYOS_PUBLIC_URL": "https://mes.example.com",
}  # fmt: skip


@pytest.fixture
def letterbox(servers: Plan) -> Letterbox:
    return Letterbox(servers)


@pytest.fixture
def saas() -> Iterator[None]:
    with environment(**SAAS):
        yield


@pytest.fixture
def empty_installation(servers: Plan) -> Iterator[None]:
    """An installation as it is before the first person: a database of its own, migrated and empty."""
    name = f"empty_{uuid4().hex[:12]}"
    there = {key: servers.environment[key] for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    elsewhere = {key: url.rpartition("/")[0] + f"/{name}" for key, url in there.items()}
    superuser = (
        f"postgresql://postgres:{servers.state.secrets().postgres}@127.0.0.1:{servers.ports.postgresql}/postgres"
    )
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER factoryos_owner").format(sql.Identifier(name)))
        dispose()
        with environment(**elsewhere):
            upgrade(elsewhere["DATABASE_OWNER_URL"])
            try:
                yield
            finally:
                dispose()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Do several things at the same time, in threads; returns what each returned."""

    def run(*acts: Callable[[], Any]) -> list[Any]:
        with ThreadPoolExecutor(len(acts)) as pool:
            return [done.result() for done in [pool.submit(act) for act in acts]]

    return run


def with_email(factory: Factory, username: str, email: str) -> None:
    """Give one of a factory's people an address."""
    with factory.begin() as session:
        session.execute(
            text("UPDATE users SET email = :email WHERE username = :name"), {"email": email, "name": username}
        )
