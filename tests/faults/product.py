"""The running product as a test holds it: who runs, how to kill, freeze and keep away, and how to ask its databases."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.errors import NotReady
from deploy.stack.probes import Probe
from deploy.stack.process_ids import ProcessId, end, wait_until_gone
from deploy.stack.run_file import Run, RunFile
from models.connections import postgres
from models.connections.mongo import mongo
from models.connections.settings import settings
from tests.faults.stack_process import READY
from tests.stack import EXTERNAL

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_START_SECONDS, _BACK_SECONDS, _TICK = 240, 120, 0.05
_LAST_LINES = 30


class Product:
    """One whole FactoryOS in a folder of its own."""

    def __init__(self, home: Path, supervisor: subprocess.Popen[bytes]) -> None:
        self.home, self._supervisor = home, supervisor

    @property
    def run(self) -> Run:
        run = RunFile(self.home / "run.json").read()
        assert run is not None, f"the supervisor has ended:\n{self.words()}"
        return run

    @property
    def environment(self) -> dict[str, str]:
        return self.run.environment

    @property
    def url(self) -> str:
        return f"http://{self.environment['FACTORYOS_HOST']}:{self.environment['FACTORYOS_PORT']}"

    def process(self, name: str) -> ProcessId:
        return next(each.process for each in self.run.processes if each.name == name)

    def words(self) -> str:
        return (self.home / "supervisor.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def last_words(self) -> list[tuple[str, str]]:
        """Return the ends of all logs, each under its name."""
        logs = sorted(log for kind in ("*.log", "*.jsonl") for log in (self.home / "logs").glob(kind))
        told = [(log.name, log.read_text(encoding="utf-8", errors="replace")) for log in logs]
        return [(f"end of {name}", "\n".join(text.splitlines()[-_LAST_LINES:])) for name, text in told]

    def kill(self, name: str) -> bool:
        """Send SIGKILL; tell whether there was somebody to kill."""
        victim = self.process(name)
        hit = victim.alive
        victim.send(signal.SIGKILL)
        return hit

    def freeze(self, name: str) -> ProcessId:
        """Stop a process where it stands; send it SIGCONT to let it go on."""
        frozen = self.process(name)
        frozen.send(signal.SIGSTOP)
        return frozen

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Kill processes and keep them away; they are back, and answer, at the end."""
        notes = [self.home / f"away-{name}" for name in names]
        for note in notes:
            note.touch()
        victims = [self._struck(name) for name in names]
        left = wait_until_gone(victims, _BACK_SECONDS)  # and have let go of files and ports
        assert not left, f"these outlive SIGKILL: {left}"
        try:
            yield
        finally:
            for note in notes:
                note.unlink()
            for name in names:
                self.await_back(name)
            if "postgresql" in names:
                postgres.dispose()  # our own connections to the one that was killed

    def _struck(self, name: str) -> ProcessId:
        """Kill a process, once it is back from an earlier death."""
        deadline = time.monotonic() + _BACK_SECONDS
        while not (victim := self.process(name)).alive:
            assert time.monotonic() < deadline, f"{name} did not come back:\n{self.words()}"
            time.sleep(_TICK)
        victim.send(signal.SIGKILL)
        return victim

    def await_back(self, name: str) -> None:
        """Wait until a process answers again."""
        deadline = time.monotonic() + _BACK_SECONDS
        while True:
            try:
                self._probe(name).ask()
            except NotReady:
                assert time.monotonic() < deadline, f"{name} did not come back:\n{self.words()}"
                time.sleep(_TICK)
            else:
                return

    def _probe(self, name: str) -> Probe:
        return next(each.probe for each in self.run.processes if each.name == name)

    def await_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while READY not in self.words():
            assert self._supervisor.poll() is None, f"the product did not start:\n{self.words()}"
            assert time.monotonic() < deadline, f"the product did not start in time:\n{self.words()}"
            time.sleep(_TICK)


@contextmanager
def running_product(worker: str | None = None, **more: str) -> Iterator[Product]:
    """Start everything; `worker` names a script here that takes the worker's place, `more` joins the environment.

    While it runs, this process is pointed at it too, so that the product's own records can be asked.
    """
    home = Path(tempfile.mkdtemp(prefix="factoryos-storm-"))
    supervisor = _start(home, worker, more)
    product = Product(home, supervisor)
    try:
        product.await_ready()
        with pointed_at(product.environment):
            yield product
    finally:
        left = RunFile(home / "run.json").read()
        for each in left.processes if left else ():
            each.process.send(signal.SIGCONT)
        supervisor.send_signal(signal.SIGINT)
        supervisor.send_signal(signal.SIGTERM)  # a second one is impatient
        try:
            supervisor.wait(timeout=30)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()
        end([(each.process, signal.SIGKILL) for each in left.processes] if left else [], 10)
        if "FACTORYOS_STORM_KEEP" not in os.environ:
            shutil.rmtree(home, ignore_errors=True)


def _start(home: Path, worker: str | None, more: Mapping[str, str]) -> subprocess.Popen[bytes]:
    ours = {name: value for name, value in os.environ.items() if name not in EXTERNAL}
    command = [sys.executable, str(_HERE / "stack_process.py"), str(home), *([str(_HERE / worker)] if worker else [])]
    with (home / "supervisor.log").open("wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=_ROOT,
            env={**ours, **more, "PYTHONPATH": str(_ROOT)},
        )  # fmt: skip


@contextmanager
def pointed_at(environment: Mapping[str, str]) -> Iterator[None]:
    """Let this process's own connections lead to that product, and back again."""
    before = dict(os.environ)
    _let_go()
    os.environ.update(environment)
    try:
        yield
    finally:
        _let_go()
        os.environ.clear()
        os.environ.update(before)


def _let_go() -> None:
    if postgres.is_built():
        postgres.dispose()
    if mongo.cache_info().currsize:
        mongo().client.close()
        mongo.cache_clear()
    settings.cache_clear()
