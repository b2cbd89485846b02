"""What runs on this box: our own server for each that the environment does not name, then the product's processes."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from signal import SIGKILL

from deploy.stack.children import Child
from deploy.stack.errors import NotReady, StackError
from deploy.stack.mail import MailCatcher
from deploy.stack.mongodb import MongoDB
from deploy.stack.ports import LOOPBACK, Ports, check
from deploy.stack.postgresql import PostgreSQL
from deploy.stack.probes import Probe
from deploy.stack.state import Secrets, State
from deploy.stack.temporal import NAMESPACE, Temporal
from deploy.tls import TlsFiles

WORKERS = ("worker-1", "worker-2")
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared with, not bound
_OWNERS_ONLY = "DATABASE_OWNER_URL"
_EXTERNAL = {"postgresql": "DATABASE_URL", "mongodb": "MONGO_URL", "temporal": "TEMPORAL_ADDRESS"}


@dataclass(frozen=True)
class Plan:
    """The servers to start here, and the environment in which the product finds them and the others."""

    state: State
    ports: Ports
    servers: tuple[Child, ...]
    environment: dict[str, str]
    temporal_ui: str | None

    @property
    def host(self) -> str:
        """The address the API listens on."""
        return self.environment["FACTORYOS_HOST"]

    @property
    def api_url(self) -> str:
        """Where a browser on this box finds the API."""
        return f"http://{LOOPBACK if self.host == _EVERYWHERE else self.host}:{self.ports.api}"

    @property
    def tls_url(self) -> str | None:
        """Where devices find it by HTTPS, where that was set up."""
        if "FACTORYOS_TLS_DIR" not in self.environment:
            return None
        return f"https://{TlsFiles(self.state.tls).names()[0]}:{self.ports.tls}"

    def check_ports(self) -> None:
        """Refuse taken ports before anything starts. Raises PortTaken."""
        wanted = {server.name for server in self.servers} | {"api"} | ({"tls"} if self.tls_url else set())
        check(self.ports, wanted | ({"temporal_ui"} if "temporal" in wanted else set()), self.host)

    def check_external(self) -> None:
        """Ask the servers that the environment names. Raises StackError naming the variable of one that is away."""
        ours = {server.name for server in self.servers}
        for name, variable in _EXTERNAL.items():
            target = self.environment[variable]
            probe = Probe(name, f"{target}/{self.environment['TEMPORAL_NAMESPACE']}" if name == "temporal" else target)
            try:
                if name not in ours:
                    probe.ask()
            except NotReady as reason:
                raise StackError(f"{variable} names a server that does not answer: {reason}") from reason

    def processes(self) -> tuple[Child, ...]:
        """Return the API and the workers; they may not use the owner's rights on the database."""
        own = {name: value for name, value in self.environment.items() if name != _OWNERS_ONLY}
        api = self._process("api", ("api",), Probe("http", f"{self.api_url}/healthz"), self.api_url, own)
        workers = (self._process(name, ("worker", "--name", name), Probe("process"), "", own) for name in WORKERS)
        return (api, *self._over_tls(own), *workers)

    def _over_tls(self, own: Mapping[str, str]) -> tuple[Child, ...]:
        """Return the API's second process, which serves the same by HTTPS, where that was set up."""
        if self.tls_url is None:
            return ()
        here = f"https://{LOOPBACK}:{self.ports.tls}/healthz {TlsFiles(self.state.tls).authority}"
        return (self._process("api-tls", ("api", "--tls"), Probe("https", here), self.tls_url, own),)

    def _process(self, name: str, words: tuple[str, ...], probe: Probe, address: str, own: Mapping[str, str]) -> Child:
        return Child(
            name=name,
            command=(sys.executable, "-m", "deploy", *words),
            log=self.state.logs / f"{name}.log",
            probe=probe,
            address=address or own["TEMPORAL_ADDRESS"],
            environment=own,
            death_signal=SIGKILL,  # it cannot end well without its servers, and its writes survive that
            grace_seconds=30,
        )


def make_plan(state: State, ports: Ports, environment: Mapping[str, str], *, durable: bool = True) -> Plan:
    """Decide what to start. `durable=False` lets PostgreSQL forget at a power cut, for tests. Raises StackError."""
    secrets = state.secrets()
    servers: list[Child] = []
    told = dict(environment)
    temporal_ui = None
    if not told.get("DATABASE_URL"):
        database = PostgreSQL(state, secrets, ports.postgresql, durable)
        servers.append(database.child())
        told |= {"DATABASE_URL": database.app_url, _OWNERS_ONLY: database.owner_url}
    elif not told.get(_OWNERS_ONLY):
        raise StackError(
            f"DATABASE_URL is set, so {_OWNERS_ONLY} must be too: migrations need the owner of the tables."
        )
    if not told.get("MONGO_URL"):
        logs = MongoDB(state, secrets, ports.mongodb)
        servers.append(logs.child())
        told |= {"MONGO_URL": logs.url}
    if not told.get("TEMPORAL_ADDRESS"):
        temporal = Temporal(state, ports.temporal, ports.temporal_ui)
        servers.append(temporal.child())
        told |= {"TEMPORAL_ADDRESS": temporal.address, "TEMPORAL_NAMESPACE": NAMESPACE}
        temporal_ui = temporal.ui_url
    if not told.get("SMTP_URL"):
        mail = MailCatcher(state, ports.mail)
        servers.append(mail.child())
        told |= {"SMTP_URL": mail.url}
    return Plan(state, ports, tuple(servers), told | _product(state, secrets, ports, told), temporal_ui)


def _product(state: State, secrets: Secrets, ports: Ports, told: Mapping[str, str]) -> dict[str, str]:
    """Return what the product's processes read beside the addresses; what the environment says wins."""
    over_tls = {}
    if TlsFiles(state.tls).there:
        over_tls = {"FACTORYOS_TLS_DIR": str(state.tls), "FACTORYOS_TLS_PORT": str(ports.tls)}
    defaults = {
        "FACTORYOS_SECRET_KEY": secrets.secret_key,
        "FACTORYOS_HOST": LOOPBACK,
        "FACTORYOS_LOG_DIR": str(state.logs),
        "TEMPORAL_NAMESPACE": NAMESPACE,
        "PYTHONUNBUFFERED": "1",
    }
    return (
        {name: told.get(name) or value for name, value in defaults.items()}
        | {"FACTORYOS_PORT": str(ports.api)}
        | over_tls
    )
