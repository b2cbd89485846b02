"""Our own PostgreSQL: loopback only, scram passwords, durable; one superuser, one owner, one application role."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

import psycopg
from psycopg import sql

from deploy.stack.account import database_account, database_home, programs_for
from deploy.stack.binaries import postgresql_folder
from deploy.stack.children import Account, Child, on_leash
from deploy.stack.errors import StackError
from deploy.stack.ports import LOOPBACK
from deploy.stack.probes import Probe
from deploy.stack.state import Secrets, State

DATABASE = "factoryos"
OWNER = "factoryos_owner"
APP = "factoryos_app"
_LONGEST_SOCKET_FOLDER = 85  # sockaddr_un holds 107 bytes, and ".s.PGSQL.54329" with its ".lock" joins
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class PostgreSQL:
    """One PostgreSQL server. `durable=False` is for tests: it forgives nothing but is quick."""

    state: State
    secrets: Secrets
    port: int
    durable: bool = True

    @property
    def app_url(self) -> str:
        """Address for the product: the role bound by row-level security."""
        return self._url(APP, self.secrets.factoryos_app)

    @property
    def owner_url(self) -> str:
        """Address for migrations."""
        return self._url(OWNER, self.secrets.factoryos_owner)

    @property
    def _superuser_url(self) -> str:
        return self._url("postgres", self.secrets.postgres, "postgres")

    def _url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def child(self) -> Child:
        """Return what the supervisor runs. Raises StackError when no PostgreSQL is installed."""
        account = database_account()
        home = database_home(self.state.home, account)
        programs = programs_for(account, postgresql_folder(), self.state.home)
        settings = {**_settings(self.port, _socket_folder(home)), **({} if self.durable else _FORGETFUL)}
        command = [str(programs / "postgres"), "-D", str(home / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return Child(
            name="postgresql",
            command=tuple(command),
            log=self.state.logs / "postgresql.log",
            probe=Probe("postgresql", self._superuser_url),
            address=f"{LOOPBACK}:{self.port}",
            environment=_ENVIRONMENT,
            account=account,
            stop_signal=SIGINT,  # fast shutdown: ends sessions, writes a checkpoint
            death_signal=SIGINT,
            prepare=lambda: _initialise(programs, home, account, self.secrets.postgres),
            settle=self._make_roles,
        )

    def _make_roles(self) -> None:
        """Create roles and database where missing, so that a first start cut short is completed by the next."""
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            for role, password in ((OWNER, self.secrets.factoryos_owner), (APP, self.secrets.factoryos_app)):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(
                        sql.SQL(
                            "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
                        ).format(sql.Identifier(role), sql.Literal(password))
                    )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )


def _settings(port: int, socket_folder: Path | None) -> dict[str, str]:
    """Return the server's settings: modest in memory, safe on disk, silent when well."""
    return {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": str(socket_folder or ""),
        "shared_buffers": "256MB",
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_checkpoints": "off",
        "idle_in_transaction_session_timeout": "60s",
    }


_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


def _socket_folder(home: Path) -> Path | None:
    """Return where the Unix socket goes, or None when the path is longer than a socket's name may be."""
    folder = home / "socket"
    return folder if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER else None


def _initialise(programs: Path, home: Path, account: Account | None, password: str) -> None:
    """Make the database cluster once; what an earlier attempt left unfinished is thrown away."""
    data, partial, password_file = home / "data", home / "data.partial", home / "password"
    (home / "socket").mkdir(mode=0o700, exist_ok=True)
    _give(home / "socket", account)
    if data.exists():
        _refuse_another_major_version(data, programs)
        return
    shutil.rmtree(partial, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="utf-8")
    _give(password_file, account)
    try:
        _run_initdb(programs, partial, password_file, account)
    finally:
        password_file.unlink()
    partial.rename(data)


def _run_initdb(programs: Path, data: Path, password_file: Path, account: Account | None) -> None:
    """Run initdb. Sorting is the server's own C.UTF-8, the same on every machine whatever locales it has."""
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    access = ("-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password_file}")
    command = (str(programs / "initdb"), "-D", str(data), *access, *locale, "--no-instructions")
    leashed = on_leash(command, os.getpid(), SIGINT, account)
    done = subprocess.run(leashed, env=_ENVIRONMENT, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"PostgreSQL could not set up {data}:\n{(done.stdout + done.stderr).strip()[-2000:]}")


def _give(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid)


def _refuse_another_major_version(data: Path, programs: Path) -> None:
    """Raise StackError when the data was written by another major version, which would refuse less clearly."""
    written_by = (data / "PG_VERSION").read_text(encoding="utf-8").strip()
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    if told.split()[-1].partition(".")[0] != written_by:
        raise StackError(
            f"The data in {data} was written by PostgreSQL {written_by}, but {told.strip()} is installed. "
            "Dump it with the old version and restore it into a new state folder."
        )
