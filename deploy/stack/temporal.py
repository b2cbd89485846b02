"""Our own Temporal: the development server on a SQLite file, with its web page. What that is good for: ../README.md."""

import os
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.binaries import temporal
from deploy.stack.children import Child
from deploy.stack.ports import LOOPBACK
from deploy.stack.probes import Probe
from deploy.stack.state import State
from deploy.stack.temporal_setup import raise_retention

NAMESPACE = "default"
# One partition per task queue: with one server more of them only add hops and wake-ups.
_DYNAMIC = ("matching.numTaskqueueReadPartitions=1", "matching.numTaskqueueWritePartitions=1")
# Committed means on disk: WAL with a sync at every commit survived every kill.
_PRAGMAS = ("journal_mode=wal", "synchronous=2")


@dataclass(frozen=True)
class Temporal:
    """One Temporal server."""

    state: State
    port: int
    ui_port: int

    @property
    def address(self) -> str:
        """Address of the frontend, for clients and workers."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str:
        """Address of the web page."""
        return f"http://{LOOPBACK}:{self.ui_port}"

    @property
    def _folder(self) -> Path:
        return self.state.home / "temporal"

    def child(self) -> Child:
        """Return what the supervisor runs. Raises StackError when no Temporal is installed."""
        options = [each for pragma in _PRAGMAS for each in ("--sqlite-pragma", pragma)]
        options += [each for value in _DYNAMIC for each in ("--dynamic-config-value", value)]
        return Child(
            name="temporal",
            command=(
                *(str(temporal()), "server", "start-dev", "--db-filename", str(self._folder / "temporal.sqlite")),
                *("--ip", LOOPBACK, "--port", str(self.port), "--ui-ip", LOOPBACK, "--ui-port", str(self.ui_port)),
                *("--log-level", "warn", *options),
            ),
            log=self.state.logs / "temporal.log",
            probe=Probe("temporal", f"{self.address}/{NAMESPACE}"),
            address=self.address,
            environment={"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder), "TZ": "UTC"},
            prepare=lambda: self._folder.mkdir(mode=0o700, exist_ok=True),
            settle=lambda: raise_retention(self.address, NAMESPACE),
        )
