"""Fixtures of every test. Servers start with the first test that asks for them: rules and engine never do."""

import os
from collections.abc import Iterator

import pytest

from deploy.stack.plan import Plan
from tests.stack import running_servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Plan]:
    """Real PostgreSQL (migrated), MongoDB and Temporal; this process's environment points at them."""
    from deploy.commands.migrate import bring_up_to_date
    from models.connections.mongo import mongo
    from models.connections.postgres import dispose
    from models.connections.settings import settings

    before = dict(os.environ)
    with running_servers() as plan:
        os.environ.update(plan.environment)
        # A tap may wait long for its answer here: a busy machine must not turn a 200 into a 202.
        os.environ["FACTORYOS_UPDATE_SECONDS"] = "60"
        settings.cache_clear()
        try:
            bring_up_to_date()
            yield plan
        finally:
            dispose()
            mongo().client.close()
            mongo.cache_clear()
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()
