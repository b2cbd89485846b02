"""Starts processes, waits until they answer, watches them, brings the dead back, and leaves nothing behind."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen
from types import FrameType

from deploy.stack.children import Child, on_leash
from deploy.stack.errors import GaveUp, NotReady, StackError
from deploy.stack.log_files import keep_small, tail
from deploy.stack.process_ids import ProcessId
from deploy.stack.run_file import Run, RunFile, Running, own

_TICK_SECONDS = 0.1
_DEATHS_FORGIVEN = 5
_FORGIVEN_WITHIN_SECONDS = 60
_LONGEST_BACK_OFF_SECONDS = 10


@dataclass
class _Watched:
    """A child and its life so far. Times of `time.monotonic()`, except `since` (epoch)."""

    child: Child
    process: Popen[bytes]
    identity: ProcessId
    since: float
    ready: bool = False
    deaths: list[float] = field(default_factory=list)
    restart_at: float | None = None


class Supervisor:
    """The parent of every process of one stack. Use it from one thread: children die with the thread that made them.

    `say` gets one message for the person at the terminal; the settings in `environment` are left in the run file.
    """

    def __init__(
        self,
        run_file: RunFile,
        say: Callable[[str], None],
        environment: dict[str, str] | None = None,
        first_back_off_seconds: float = 0.5,
    ) -> None:
        self._settings = own(environment or {})
        self._first_back_off = first_back_off_seconds
        self._run_file = run_file
        self._say = say
        self._since = time.time()
        self._groups: list[list[_Watched]] = []
        self._interrupts = 0

    def catch_signals(self) -> None:
        """Turn SIGINT, SIGTERM and SIGHUP into a clean end; a second one is impatient and kills."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupted)

    def _interrupted(self, _number: int, _frame: FrameType | None) -> None:
        self._interrupts += 1

    @property
    def stopping(self) -> bool:
        """Whether somebody asked for the end."""
        return self._interrupts > 0

    def start(self, *children: Child) -> None:
        """Start children side by side and wait until all answer; later calls may depend on them.

        Raises StackError naming who did not come up, with the end of its log. Returns early when asked to stop.
        """
        group: list[_Watched] = []
        self._groups.append(group)
        for child in children:
            child.prepare()
            group.append(_launch(child))
            self._note()
        for watched in group:
            self._await_ready(watched)
            if self.stopping:
                return
            watched.child.settle()
            watched.ready = True

    def _await_ready(self, watched: _Watched) -> None:
        child = watched.child
        deadline = time.monotonic() + child.ready_seconds
        while not self.stopping:
            if watched.process.poll() is not None:
                raise StackError(f"{child.name} {_how_it_ended(watched.process)} while starting.\n{tail(child.log)}")
            try:
                child.probe.ask()
            except NotReady as reason:
                if time.monotonic() > deadline:
                    waited = f"{child.name} did not answer within {child.ready_seconds:g} seconds: {reason}"
                    raise StackError(f"{waited}\n{tail(child.log)}") from reason
                time.sleep(_TICK_SECONDS)
            else:
                return

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Stay until asked to stop, or `until` holds, bringing back whoever dies.

        Raises GaveUp when one dies too often.
        """
        while not self.stopping and not until():
            for watched in (each for group in self._groups for each in group):
                self._look_after(watched)
            time.sleep(_TICK_SECONDS)

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.restart_at is not None:
            if now >= watched.restart_at:
                self._restart(watched)
        elif watched.process.poll() is not None:
            self._record_death(watched, now)
        elif not watched.ready:
            with contextlib.suppress(NotReady):
                watched.child.probe.ask()
                watched.ready = True
                self._say(f"{watched.child.name} is back (process {watched.process.pid}).")
        keep_small(watched.child.log)

    def _record_death(self, watched: _Watched, now: float) -> None:
        """Name the dead and plan its return, later after each death."""
        child = watched.child
        recent = [each for each in watched.deaths if now - each < _FORGIVEN_WITHIN_SECONDS]
        watched.deaths = [*recent, now]
        last_words = f"{child.name} {_how_it_ended(watched.process)}.\n{tail(child.log)}"
        if len(watched.deaths) > _DEATHS_FORGIVEN:
            raise GaveUp(f"{last_words}\nIt died {len(watched.deaths)} times within a minute; stopping everything.")
        pause = min(self._first_back_off * 2 ** len(recent), _LONGEST_BACK_OFF_SECONDS)
        watched.restart_at = now + pause
        watched.ready = False
        self._note()
        self._say(f"{last_words}\nStarting it again in {pause:g} seconds.")

    def _restart(self, watched: _Watched) -> None:
        _kill_group(watched.process.pid)
        again = _launch(watched.child)
        watched.process, watched.identity, watched.since = again.process, again.identity, again.since
        watched.restart_at = None
        self._note()

    def stop(self) -> None:
        """Stop every child, the last started first; whoever does not obey within its grace is killed."""
        while self._groups:
            group = self._groups[-1]
            for watched in group:
                watched.identity.send(watched.child.stop_signal)
            deadline = time.monotonic() + max((watched.child.grace_seconds for watched in group), default=0)
            while any(watched.process.poll() is None for watched in group):
                if time.monotonic() > deadline or self._interrupts > 1:
                    break
                time.sleep(_TICK_SECONDS / 2)
            for watched in group:
                self._make_sure(watched)
            self._groups.pop()
        self._run_file.remove()

    def _make_sure(self, watched: _Watched) -> None:
        """Kill what is left of a child's process group, and bury the child."""
        if watched.process.poll() is None:
            self._say(f"{watched.child.name} did not stop in time and was killed.")
        _kill_group(watched.process.pid)
        watched.process.wait()

    def _note(self) -> None:
        """Tell other shells who runs."""
        running = tuple(
            Running(
                each.child.name,
                each.identity,
                each.since,
                len(each.deaths),
                each.child.address,
                str(each.child.log),
                each.child.probe,
                int(each.child.stop_signal),
            )
            for group in self._groups
            for each in group
        )
        self._run_file.write(Run(ProcessId.of(os.getpid()), self._since, self._settings, running))


def _launch(child: Child) -> _Watched:
    """Start the child in a session of its own, so that Ctrl-C reaches the supervisor alone."""
    child.log.parent.mkdir(parents=True, exist_ok=True)
    command = on_leash(child.command, os.getpid(), child.death_signal, child.account)
    with child.log.open("ab") as log:
        process = Popen(
            command,
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            env=dict(child.environment),
            cwd=_working_folder(child),
            start_new_session=True,
        )
    return _Watched(child, process, ProcessId.of(process.pid), time.time())


def _working_folder(child: Child) -> Path:
    """Return a folder the child may stand in: a stranger's account may not enter ours."""
    return Path("/") if child.account else child.log.parent


def _how_it_ended(process: Popen[bytes]) -> str:
    code = process.returncode
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
