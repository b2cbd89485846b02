"""A supervisor as `factoryos run` has it, for tests to kill: `python stand_in_stack.py HOME CHILDREN-AS-JSON|servers`.

Each child is {"name", "code", "probe"?}: Python code run in place of a server. `servers` runs the real three.
"""

import json
import os
import sys
from pathlib import Path

from deploy.stack.children import Child
from deploy.stack.errors import StackError
from deploy.stack.plan import make_plan
from deploy.stack.ports import choose
from deploy.stack.probes import Probe
from deploy.stack.state import State
from deploy.stack.supervisor import Supervisor
from tests.stack import patiently


def main() -> None:
    state = State(Path(sys.argv[1]))
    state.create()
    with state.locked():
        state.run_file.end_leftovers()
        if sys.argv[2] == "servers":
            plan = make_plan(state, choose({}, auto=True), dict(os.environ), durable=True)
            children, supervisor = (
                tuple(map(patiently, plan.servers)),
                Supervisor(state.run_file, _say, plan.environment),
            )
        else:
            children = tuple(_stand_in(state, each) for each in json.loads(sys.argv[2]))
            supervisor = Supervisor(state.run_file, _say, first_back_off_seconds=0.01)
        supervisor.catch_signals()
        try:
            for child in children:
                supervisor.start(child)
            _say("all answer")
            supervisor.watch()
        except StackError as error:
            _say(str(error))
            sys.exit(1)
        finally:
            supervisor.stop()


def _stand_in(state: State, spec: dict[str, str]) -> Child:
    return Child(
        name=spec["name"],
        command=(sys.executable, "-u", "-c", spec["code"]),
        log=state.logs / f"{spec['name']}.log",
        probe=Probe(**spec["probe"]) if "probe" in spec else Probe("process"),
        address="here",
        environment=dict(os.environ),
        grace_seconds=0.5,
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
