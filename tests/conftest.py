"""Fixtures of every test. Servers start with the first test that asks for them: rules and engine never do."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as properties

from deploy.stack.plan import Plan
from tests.stack import running_servers

# A busy machine refuses nothing, and what failed once fails again: `--hypothesis-profile exploring` seeks new cases.
properties.register_profile("exploring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.register_profile("repeatable", properties.get_profile("exploring"), derandomize=True)
properties.load_profile("repeatable")


@pytest.fixture(scope="session")
def servers() -> Iterator[Plan]:
    """Real PostgreSQL (migrated), MongoDB and Temporal; this process's environment points at them."""
    from deploy.commands.migrate import bring_up_to_date
    from models.connections.mongo import mongo
    from models.connections.postgres import dispose
    from models.connections.settings import settings

    before = dict(os.environ)
    with running_servers() as plan, pytest.MonkeyPatch.context() as patience:
        # A server that is slow to answer must not be told as one that is away.
        patience.setattr("api.servers._SECONDS", 60)
        patience.setattr("api.system_health._SECONDS", 60)
        os.environ.update(plan.environment)
        # A tap may wait long for its answer here: a busy machine must not turn a 200 into a 202.
        os.environ["FACTORYOS_UPDATE_SECONDS"] = "100"
        # And no relay may take it meanwhile for one that nobody waits for: what it refuses, nobody is told.
        os.environ["FACTORYOS_RELAY_AFTER_SECONDS"] = "120"
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
_REPORTED = "tallies"
_LONG = {"browser", "faults", "story"}


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Count what a test sent, for the figures at the end of the run."""

    def count(what: str, many: int) -> None:
        _add(request.config, {what: many})

    return count


def _add(config: pytest.Config, counts: Mapping[str, int]) -> None:
    kept = config.stash.setdefault(_TALLIES, {})
    for what, many in counts.items():
        kept[what] = kept.get(what, 0) + many


class _AcrossProcesses:
    """Each process tells what it counted when it ends; the first one adds it up."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        told: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if told is not None:
            told[_REPORTED] = session.config.stash.get(_TALLIES, {})

    def pytest_testnodedown(self, node: Any) -> None:
        _add(node.config, getattr(node, "workeroutput", {}).get(_REPORTED, {}))


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_AcrossProcesses())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse two tests of one name, of which only one would run in several processes; begin with what takes longest.

    Else a process would be left alone with a storm while the others have nothing to do.
    """
    names = Counter(item.nodeid for item in items)
    doubled = [name for name, times in names.items() if times > 1]
    if doubled:
        raise pytest.UsageError(f"these names stand for several tests: {', '.join(doubled)}")
    items.sort(key=lambda item: item.nodeid.split("/")[1] not in _LONG)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    counts = config.stash.get(_TALLIES, {})
    if counts:
        terminalreporter.section("sent in anger, and nothing opened unless a test above says so")
        for what, many in counts.items():
            terminalreporter.write_line(f"{many:>8,}  {what}")
