"""The whole product on servers of its own, in a folder that vanishes; beside it the floor's workers."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deploy.commands.migrate import bring_up_to_date
from deploy.stack.children import Child
from deploy.stack.plan import Plan, make_plan
from deploy.stack.ports import choose
from deploy.stack.probes import Probe
from deploy.stack.state import State
from deploy.stack.supervisor import Supervisor
from models.connections.postgres import dispose
from models.connections.settings import settings

_FLOOR_WORKERS = ("floor-1", "floor-2")
# What a slow machine cannot do in time must be measured, not delivered another way.
_PATIENT = {"FACTORYOS_UPDATE_SECONDS": "60", "FACTORYOS_RELAY_AFTER_SECONDS": "120", "FACTORYOS_ACCESS_MINUTES": "600"}
_FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "MONGO_URL", "TEMPORAL_ADDRESS", "SMTP_URL", "FACTORYOS_LOG_DIR")


@contextmanager
def running_stack() -> Iterator[Plan]:
    """PostgreSQL, MongoDB and Temporal as durable as in production, API and two workers, and the floor's two workers.

    This process's environment points at them meanwhile. Raises StackError where one does not come up.
    """
    home = Path(tempfile.mkdtemp(prefix="factoryos-bench-"))
    before = dict(os.environ)
    try:
        state = State(home)
        state.create()
        ours = {name: value for name, value in os.environ.items() if name not in _FOREIGN} | _PATIENT
        plan = make_plan(state, choose({}, auto=True), ours)
        supervisor = Supervisor(state.run_file, _say, plan.environment)
        try:
            supervisor.start(*plan.servers)
            os.environ.update(plan.environment)
            settings.cache_clear()
            bring_up_to_date()
            supervisor.start(*plan.processes(), *_floor_workers(plan))
            yield plan
            dispose()
        finally:
            supervisor.stop()
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()
        shutil.rmtree(home, ignore_errors=True)


def _floor_workers(plan: Plan) -> list[Child]:
    product = next(child for child in plan.processes() if child.name.startswith("worker"))
    words = (plan.environment["TEMPORAL_ADDRESS"], plan.environment["TEMPORAL_NAMESPACE"])
    command = (sys.executable, "-m", "deploy.bench.floor", *words)
    return [
        replace(product, name=name, command=command, log=plan.state.logs / f"{name}.log", probe=Probe("process"))
        for name in _FLOOR_WORKERS
    ]


def _say(words: str) -> None:
    print(words, file=sys.stderr)
