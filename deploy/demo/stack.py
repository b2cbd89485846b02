"""A stack of the demo's own: real servers, API and workers in a folder that vanishes, far from the user's factory."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL
from threading import Event
from typing import TypeVar

from deploy.client import Access
from deploy.stack.account import forget_elsewhere
from deploy.stack.errors import StackError
from deploy.stack.plan import Plan, make_plan
from deploy.stack.ports import choose
from deploy.stack.run_file import Running, own
from deploy.stack.state import State
from deploy.stack.supervisor import Supervisor

Answer = TypeVar("Answer")


class Interrupted(StackError):  # noqa: N818 - errors name the refusal
    """Somebody asked the demo to stop."""

    def __init__(self) -> None:
        super().__init__("The demo was interrupted.")


class OwnStack:
    """A running stack. Everything but `while_it_runs` may be called from any thread."""

    def __init__(self, plan: Plan, supervisor: Supervisor) -> None:
        self.plan = plan
        self.ending = Event()
        self._supervisor = supervisor
        log_ins = json.loads(plan.state.log_ins_file.read_text(encoding="utf-8"))
        self._passwords = {str(each["user"]): str(each["password"]) for each in log_ins}

    def access(self, user: str) -> Access:
        """Return how one of the seeded people logs in."""
        return Access(self.plan.api_url, user, self._passwords[user])

    def process(self, name: str) -> Running:
        """Return a process as the supervisor last noted it. Raises LookupError."""
        run = self.plan.state.run_file.read()
        found = next((each for each in run.processes if each.name == name), None) if run else None
        if found is None:
            raise LookupError(f"No process {name} runs in {self.plan.state.home}.")
        return found

    def kill(self, name: str) -> Running:
        """Send SIGKILL to a process; returns what it was. The supervisor will start it again."""
        victim = self.process(name)
        victim.process.send(SIGKILL)
        return victim

    def while_it_runs(self, work: Callable[[], Answer]) -> Answer:
        """Do some work in another thread while this one, the parent of all processes, looks after them.

        Raises Interrupted when asked to stop, StackError where a process cannot be kept alive, and what `work` raises.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="story") as thread:
            done = thread.submit(work)
            try:
                self._supervisor.watch(until=done.done)
            finally:
                self.ending.set()
            if self._supervisor.stopping:
                raise Interrupted
            return done.result()


@contextmanager
def own_stack(
    say: Callable[[str], None],
    *,
    keep: Callable[[], bool] = lambda: False,
    interruptible: bool = False,
    seed: Sequence[str] = ("seed", "--people-only"),
) -> Iterator[OwnStack]:
    """Start servers, API and two workers on free ports; stop them at the end and remove their folder unless `keep`.

    `seed` is the command that fills the database, `interruptible` takes over the process's signals. Raises StackError
    where something does not come up.
    """
    home = Path(tempfile.mkdtemp(prefix="factoryos-demo-"))
    try:
        state = State(home)
        state.create()
        users = own(os.environ)  # they would lead to the user's own servers
        surroundings = {name: value for name, value in os.environ.items() if name not in users}
        plan = make_plan(state, choose({}, auto=True), surroundings)
        supervisor = Supervisor(state.run_file, say, plan.environment)
        if interruptible:
            supervisor.catch_signals()
        try:
            yield _started(plan, supervisor, say, seed)
        finally:
            supervisor.stop()
    finally:
        if not keep():
            shutil.rmtree(home, ignore_errors=True)
            forget_elsewhere(home)


def _started(plan: Plan, supervisor: Supervisor, say: Callable[[str], None], seed: Sequence[str]) -> OwnStack:
    say(f"Starting {', '.join(server.name for server in plan.servers)} in {plan.state.home} ...")
    supervisor.start(*plan.servers)
    if not supervisor.stopping:
        _in_a_process(plan, "migrate")
        _in_a_process(plan, *seed)
        say("Starting API and two workers ...")
        supervisor.start(*plan.processes())
    if supervisor.stopping:
        raise Interrupted
    return OwnStack(plan, supervisor)


def _in_a_process(plan: Plan, *words: str) -> None:
    """Run a command of ours beside the new stack, so that nothing of this process ever points at it."""
    ran = subprocess.run(
        [sys.executable, "-m", "deploy", *words],
        env=plan.environment | {"FACTORYOS_HOME": str(plan.state.home)},
        cwd=plan.state.home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode != 0:
        raise StackError(f"`factoryos {' '.join(words)}` failed:\n{ran.stderr[-2000:] or ran.stdout[-2000:]}")
