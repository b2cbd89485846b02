"""The one state folder: secrets, data, logs, and the note of what runs. `.factoryos/`, or FACTORYOS_HOME."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from deploy.stack.errors import AlreadyRunning, StackError
from deploy.stack.private_file import write_private
from deploy.stack.run_file import RunFile

_SECRET_BYTES = 24


@dataclass(frozen=True)
class Secrets:
    """Passwords of the local servers and the key that signs log-in tokens; made once per state folder."""

    postgres: str
    factoryos_owner: str
    factoryos_app: str
    mongodb: str
    secret_key: str


class State:
    """The state folder of one stack."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.logs = home / "logs"
        self.run_file = RunFile(home / "run.json")
        self.tls = home / "tls"
        self.log_ins_file = home / "log_ins.json"

    @classmethod
    def default(cls) -> "State":
        """Return the folder named by FACTORYOS_HOME, else `.factoryos` beside the project (or where one stands)."""
        project = Path(__file__).resolve().parents[2]
        beside = project if (project / "pyproject.toml").exists() else Path.cwd()
        return cls(Path(os.environ.get("FACTORYOS_HOME") or beside / ".factoryos").resolve())

    def create(self) -> None:
        """Make the folder. As root it may be passed through, since PostgreSQL runs under an account of its own."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
            self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        except OSError as error:
            raise StackError(
                f"The state folder {self.home} cannot be used: {error.strerror}. Set FACTORYOS_HOME."
            ) from error

    def secrets(self) -> Secrets:
        """Return the secrets, making those that do not exist yet. Raises StackError when the file is broken."""
        path = self.home / "secrets.json"
        try:
            known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
            found = Secrets(
                **{f.name: known.get(f.name) or secrets.token_urlsafe(_SECRET_BYTES) for f in fields(Secrets)}
            )
        except (OSError, ValueError, AttributeError) as error:
            raise StackError(
                f"{path} cannot be read ({error}). Restore it; without it the data stays locked."
            ) from error
        if asdict(found) != known:
            write_private(path, asdict(found))
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one supervisor. Raises AlreadyRunning; the kernel lets go when the holder dies."""
        with (self.home / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise AlreadyRunning(
                    f"FactoryOS already runs from {self.home}. See `factoryos status`; `factoryos stop` ends it."
                ) from error
            yield
