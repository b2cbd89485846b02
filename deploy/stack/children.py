"""What the supervisor is told about one child process: pure data plus two acts of preparation."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM, Signals

from deploy.stack.probes import Probe

_LEASH = Path(__file__).with_name("leash.py")


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Account:
    """A system account by numbers, as the kernel wants it."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Child:
    """One process of the stack.

    `environment` is the whole environment. `prepare` runs before the first start, `settle` once it is ready.
    `death_signal` is what the kernel sends should the supervisor be killed. Times in seconds.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    probe: Probe
    address: str
    environment: Mapping[str, str]
    account: Account | None = None
    stop_signal: Signals = SIGTERM
    death_signal: Signals = SIGTERM
    ready_seconds: float = 60
    grace_seconds: float = 20
    prepare: Callable[[], None] = field(default=_nothing)
    settle: Callable[[], None] = field(default=_nothing)


def on_leash(command: tuple[str, ...], parent: int, death_signal: Signals, account: Account | None) -> list[str]:
    """Return the command line that runs `command` as `account`, dying with process `parent`."""
    uid, gid = (str(account.uid), str(account.gid)) if account else ("-", "-")
    return [sys.executable, "-I", "-S", str(_LEASH), str(parent), str(int(death_signal)), uid, gid, *command]
