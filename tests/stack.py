"""Real servers for the tests: our own stack, on free ports, in a folder that vanishes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deploy.stack.plan import Plan, make_plan
from deploy.stack.ports import choose
from deploy.stack.state import State
from deploy.stack.supervisor import Supervisor

EXTERNAL = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "MONGO_URL",
    "TEMPORAL_ADDRESS",
    "SMTP_URL",
    "FACTORYOS_LOG_DIR",
    "FACTORYOS_UPDATE_SECONDS",
)


@contextmanager
def fresh_home() -> Iterator[Path]:
    """A state folder outside pytest's own, which is closed to the account that runs PostgreSQL when we are root."""
    home = Path(tempfile.mkdtemp(prefix="factoryos-test-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_servers() -> Iterator[Plan]:
    """PostgreSQL, MongoDB, Temporal and a mail catcher, ready; stopped and forgotten at the end, whatever happens."""
    with fresh_home() as home:
        state = State(home)
        state.create()
        ours = {name: value for name, value in os.environ.items() if name not in EXTERNAL}
        plan = make_plan(state, choose({}, auto=True), ours, durable=False)
        supervisor = Supervisor(state.run_file, print, plan.environment)
        try:
            supervisor.start(*(replace(server, ready_seconds=180) for server in plan.servers))  # a machine may be busy
            yield plan
        finally:
            supervisor.stop()
