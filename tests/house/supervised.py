"""Drives a supervisor in a process of its own, by what it says."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM

from deploy.stack.process_ids import ProcessId, end
from deploy.stack.run_file import Run, RunFile

_SCRIPT = Path(__file__).with_name("stand_in_stack.py")
_PROJECT = Path(__file__).resolve().parents[2]

LIVES = "import signal; print('standing by'); signal.pause()"


class Supervised:
    """One supervisor process and its words."""

    def __init__(self, home: Path, process: subprocess.Popen[str]) -> None:
        self.home = home
        self.process = process
        self.said = ""

    def hear(self, words: str) -> str:
        """Read until the supervisor says these words; returns all it said since the last hearing."""
        heard = ""
        for line in self.process.stdout:
            heard += line
            self.said += line
            if words in line:
                return heard
        raise AssertionError(f"the supervisor ended without saying {words!r}:\n{self.said}")

    @property
    def run(self) -> Run:
        run = RunFile(self.home / "run.json").read()
        assert run is not None
        return run

    @property
    def pids(self) -> dict[str, ProcessId]:
        return {each.name: each.process for each in self.run.processes}

    def end(self, *, timeout: float = 120) -> int:
        """Stop it by SIGTERM; returns its exit code."""
        self.process.send_signal(SIGTERM)
        rest, _ = self.process.communicate(timeout=timeout)
        self.said += rest
        return self.process.returncode


@contextmanager
def supervised(home: Path, *children: dict[str, object], servers: bool = False) -> Iterator[Supervised]:
    """Start a supervisor over stand-in children (or the real servers); nothing of it survives the block."""
    what = "servers" if servers else json.dumps(children)
    process = subprocess.Popen(
        [sys.executable, str(_SCRIPT), str(home), what],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=_PROJECT,
        env={"PYTHONPATH": str(_PROJECT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    one = Supervised(home, process)
    try:
        yield one
    finally:
        process.terminate()
        try:
            process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
        left = RunFile(home / "run.json").read()
        end([(each.process, SIGTERM) for each in left.processes] if left else [], 10)
