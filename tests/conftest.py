"""Fixtures of every test. Servers start with the first test that asks for them: rules and engine never do."""

import os
from collections.abc import Callable, Iterator
from typing import Any

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
        # Every test logs in from the same address.
        os.environ["FACTORYOS_CREDENTIAL_LIMIT"] = "100000/minute"
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


_TALLIES = pytest.StashKey[dict[str, int]]()


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Count what a test sent, for the figures at the end of the run."""
    counts = request.config.stash.setdefault(_TALLIES, {})

    def count(what: str, many: int) -> None:
        counts[what] = counts.get(what, 0) + many

    return count


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    counts = config.stash.get(_TALLIES, {})
    if counts:
        terminalreporter.section("sent in anger, and nothing opened unless a test above says so")
        for what, many in counts.items():
            terminalreporter.write_line(f"{many:>8,}  {what}")
