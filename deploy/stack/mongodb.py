"""Our own MongoDB: loopback only, one user with a password, a small cache."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.stack.binaries import mongod
from deploy.stack.children import Child
from deploy.stack.errors import StackError
from deploy.stack.ports import LOOPBACK
from deploy.stack.probes import Probe
from deploy.stack.state import Secrets, State

USER = "factoryos"
_ROLES = ("readWriteAnyDatabase", "dbAdminAnyDatabase", "clusterMonitor")
_CACHE_GB = "0.25"
_AUTHENTICATION_FAILED = 18
_PATIENCE_MS = 30_000  # a first start is made in peace: what the product may not wait for, it may


@dataclass(frozen=True)
class MongoDB:
    """One MongoDB server."""

    state: State
    secrets: Secrets
    port: int

    @property
    def url(self) -> str:
        """Address for the product. A write is acknowledged once it is in the journal: what is told is kept."""
        return (
            f"mongodb://{USER}:{self.secrets.mongodb}@{LOOPBACK}:{self.port}/"
            "?authSource=admin&directConnection=true&serverSelectionTimeoutMS=2000&journal=true"
        )

    @property
    def _anonymous_url(self) -> str:
        return f"mongodb://{LOOPBACK}:{self.port}/?directConnection=true"

    @property
    def _data(self) -> Path:
        return self.state.home / "mongodb"

    def child(self) -> Child:
        """Return what the supervisor runs. Raises StackError when no MongoDB is installed."""
        return Child(
            name="mongodb",
            command=(
                *(str(mongod()), "--auth", "--bind_ip", LOOPBACK, "--port", str(self.port), "--nounixsocket"),
                *("--dbpath", str(self._data), "--wiredTigerCacheSizeGB", _CACHE_GB, "--quiet"),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            ),
            log=self.state.logs / "mongodb.log",
            probe=Probe("mongodb", self._anonymous_url),  # a ping needs no log-in
            address=f"{LOOPBACK}:{self.port}",
            environment={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "HOME": str(self._data),
            },
            prepare=lambda: self._data.mkdir(mode=0o700, exist_ok=True),
            settle=self._make_user,
        )

    def _make_user(self) -> None:
        """Create the one user through the localhost exception, which MongoDB closes with the first user made."""
        known: MongoClient[dict[str, Any]] = MongoClient(self.url, serverSelectionTimeoutMS=_PATIENCE_MS)
        with closing(known):
            try:
                known.admin.command("connectionStatus")
            except OperationFailure as refused:
                if refused.code != _AUTHENTICATION_FAILED:
                    raise
            else:
                return
        stranger: MongoClient[dict[str, Any]] = MongoClient(self._anonymous_url)
        with closing(stranger):
            try:
                stranger.admin.command("createUser", USER, pwd=self.secrets.mongodb, roles=list(_ROLES))
            except OperationFailure as refused:
                raise StackError(
                    f"MongoDB's data in {self._data} has another password than {self.state.home / 'secrets.json'}. "
                    "Restore the secrets that belong to it."
                ) from refused
