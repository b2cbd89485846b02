"""The ports of the one-box stack: fixed by default so that bookmarks last, movable, and checked before any start."""

import random
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields

from deploy.stack.errors import PortTaken, StackError

LOOPBACK = "127.0.0.1"
_LOWEST, _HIGHEST = 20_000, 32_000  # below Linux's ephemeral range, so no client takes a port while its server restarts


@dataclass(frozen=True)
class Ports:
    """One port per listener."""

    postgresql: int = 54329
    mongodb: int = 27329
    temporal: int = 7339
    temporal_ui: int = 8339
    mail: int = 2539
    api: int = 8000
    tls: int = 8443


VARIABLES = {
    "postgresql": "FACTORYOS_PORT_POSTGRESQL",
    "mongodb": "FACTORYOS_PORT_MONGODB",
    "temporal": "FACTORYOS_PORT_TEMPORAL",
    "temporal_ui": "FACTORYOS_PORT_TEMPORAL_UI",
    "mail": "FACTORYOS_PORT_MAIL",
    "api": "FACTORYOS_PORT",
    "tls": "FACTORYOS_TLS_PORT",
}
NAMES = {
    "postgresql": "PostgreSQL",
    "mongodb": "MongoDB",
    "temporal": "Temporal",
    "temporal_ui": "the Temporal UI",
    "mail": "the mail catcher",
    "api": "the API",
    "tls": "HTTPS",
}


def choose(environment: Mapping[str, str], *, auto: bool, api: int | None = None) -> Ports:
    """Return the ports from the option, the environment, chance (`auto`) or the defaults. Raises StackError."""
    chosen: dict[str, int] = {}
    for each in fields(Ports):
        named = environment.get(VARIABLES[each.name])
        if each.name == "api" and api is not None:
            chosen[each.name] = api
        elif named:
            chosen[each.name] = _number(VARIABLES[each.name], named)
        elif auto:
            chosen[each.name] = _free(set(chosen.values()))
    return Ports(**chosen)


def check(ports: Ports, wanted: set[str], host: str = LOOPBACK) -> None:
    """Refuse to go on when a port is taken. Raises PortTaken naming every one and the way out."""
    numbers = {name: int(getattr(ports, name)) for name in VARIABLES if name in wanted}
    taken = [name for name, port in numbers.items() if not is_free(port, host if name == "api" else LOOPBACK)]
    doubled = [name for name, port in numbers.items() if list(numbers.values()).count(port) > 1]
    if doubled:
        raise PortTaken(f"{' and '.join(NAMES[name] for name in doubled)} were given the same port.")
    if taken:
        lines = [f"Port {numbers[name]} for {NAMES[name]} is taken; set {VARIABLES[name]}=..." for name in taken]
        lines.append("If an older FactoryOS still runs, `factoryos stop` ends it.")
        lines.append("With free ports instead: `FACTORYOS_PORTS=auto make run`.")
        raise PortTaken("\n".join(lines))


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: old connections do not count
        try:
            listener.bind((host, port))
        except OSError:
            return False
        return True


def _number(variable: str, text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise StackError(f"{variable} is {text!r}; a port is a number from 1 to 65535.")
    return int(text)


def _free(without: set[int]) -> int:
    for _ in range(1000):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311 - any free port will do
        if port not in without and is_free(port) and _claim(port):
            return port
    raise StackError(f"No free port found between {_LOWEST} and {_HIGHEST}.")


def _claim(port: int) -> bool:
    """Take a port among all who choose by chance, until this process ends: its server listens only seconds later.

    The claim is a name of Linux's own, beside the file system: of two processes one gets it, and none is left behind.
    """
    if sys.platform != "linux":
        return True
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0factoryos-port-{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()  # held by the process itself
    return True
