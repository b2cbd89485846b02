"""The whole product under its own supervisor, for a storm to break: `python stack_process.py HOME [WORKER SCRIPT]`.

Durable in all it does. A process whose file `away-<name>` exists stays away when it is started again. The script, if
named, takes the place of the product's worker.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from deploy.commands.migrate import bring_up_to_date
from deploy.stack import supervisor as product
from deploy.stack.children import Child
from deploy.stack.errors import StackError
from deploy.stack.plan import WORKERS, make_plan
from deploy.stack.ports import choose
from deploy.stack.state import State
from tests.stack import patiently

READY = "all answer"
_STAY_AWAY = 'while [ -e "$0" ]; do sleep 0.05; done; exec "$@"'


def main() -> None:
    # A storm kills on purpose, and more often than anything dies by itself.
    product._FORGIVEN_WITHIN_SECONDS = 0  # noqa: SLF001
    state = State(Path(sys.argv[1]))
    state.create()
    with state.locked():
        plan = make_plan(state, choose({}, auto=True), dict(os.environ))
        supervisor = product.Supervisor(state.run_file, _say, plan.environment, first_back_off_seconds=0.1)
        supervisor.catch_signals()
        os.environ.update(plan.environment)
        try:
            supervisor.start(*(_may_stay_away(state, child) for child in plan.servers))
            bring_up_to_date()
            supervisor.start(*(_may_stay_away(state, _as_told(child)) for child in plan.processes()))
            _say(READY)
            supervisor.watch()
        except StackError as error:
            _say(str(error))
            sys.exit(1)
        finally:
            supervisor.stop()


def _may_stay_away(state: State, child: Child) -> Child:
    note = str(state.home / f"away-{child.name}")
    return replace(patiently(child), command=("/bin/sh", "-c", _STAY_AWAY, note, *child.command))


def _as_told(child: Child) -> Child:
    if child.name not in WORKERS or len(sys.argv) < 3:
        return child
    return replace(child, command=(sys.executable, sys.argv[2], child.name))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
