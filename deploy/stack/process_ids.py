"""Who is who among processes: a process id alone may have been given away again."""

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, Signals


@dataclass(frozen=True)
class ProcessId:
    """A process id together with its time of birth (kernel ticks since boot), which no later process shares."""

    pid: int
    born: int

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        """Return the identity of a living process; of a dead one, an identity that is never alive."""
        return cls(pid, _born(pid) or 0)

    @property
    def alive(self) -> bool:
        """Whether this very process still runs; a zombie does not."""
        return self.born != 0 and _born(self.pid) == self.born

    def send(self, signal: Signals) -> None:
        """Send a signal unless the process is gone."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal)


def wait_until_gone(processes: Iterable[ProcessId], seconds: float) -> list[ProcessId]:
    """Wait for processes that need not be our children; returns those still alive after that time."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if process.alive]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [process for process in left if process.alive]
    return left


def end(processes: Iterable[tuple[ProcessId, Signals]], seconds: float) -> None:
    """Ask each process to stop by its signal, and kill what remains after that time."""
    asked = list(processes)
    for process, signal in asked:
        process.send(signal)
    for process in wait_until_gone((process for process, _ in asked), seconds):
        process.send(SIGKILL)
    wait_until_gone((process for process, _ in asked), seconds)


def _born(pid: int) -> int | None:
    """Return field 22 of /proc/PID/stat, or None for the dead. See proc(5)."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if after_name[0] in "ZX" else int(after_name[19])
