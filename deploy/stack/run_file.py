"""The note a running stack leaves for other shells: who runs, where, and the settings its processes read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from signal import Signals

from deploy.stack.private_file import write_private
from deploy.stack.probes import Probe
from deploy.stack.process_ids import ProcessId, end

_OURS = ("FACTORYOS_", "DATABASE_", "MONGO_", "TEMPORAL_", "SMTP_")


@dataclass(frozen=True)
class Running:
    """One process of a running stack. `since` is seconds since the epoch, `deaths` counts its restarts."""

    name: str
    process: ProcessId
    since: float
    deaths: int
    address: str
    log: str
    probe: Probe
    stop_signal: int


def own(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that are settings of the product; the others are nobody's business here."""
    return {name: value for name, value in environment.items() if name.startswith(_OURS)}


@dataclass(frozen=True)
class Run:
    """A whole running stack. `environment` holds its settings, passwords too: the file is for its owner's eyes."""

    supervisor: ProcessId
    since: float
    environment: dict[str, str] = field(default_factory=dict)
    processes: tuple[Running, ...] = ()


class RunFile:
    """run.json: written by the supervisor alone, read by anyone with its owner's rights."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, run: Run) -> None:
        """Replace the note, whole or not at all."""
        write_private(self.path, asdict(run))

    def read(self) -> Run | None:
        """Return the last note, or None when the stack ended in good order or never ran."""
        try:
            raw = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        processes = tuple(
            Running(**{**each, "process": ProcessId(**each["process"]), "probe": Probe(**each["probe"])})
            for each in raw["processes"]
        )
        return Run(ProcessId(**raw["supervisor"]), raw["since"], raw["environment"], processes)

    def living(self) -> Run | None:
        """Return the note of a stack whose supervisor lives."""
        run = self.read()
        return run if run and run.supervisor.alive else None

    def remove(self) -> None:
        """Forget the run, at its good end."""
        self.path.unlink(missing_ok=True)

    def end_leftovers(self, seconds: float = 15) -> None:
        """End what a killed supervisor may have left on its way down, so that its ports and files are free."""
        run = self.read()
        if run and not run.supervisor.alive:
            end([(each.process, Signals(each.stop_signal)) for each in reversed(run.processes)], seconds)
            self.remove()
