"""PostgreSQL refuses to run as root: who runs it then, and where that account can reach its files.

Not root: everything runs as the user, from the state folder. Root: an account without rights, made once, runs
PostgreSQL. Should it be unable to pass through the folders above (`/root` is closed to it), we open no doors: data and,
if need be, a copy of the programs go to `/var/lib/factoryos/<name of the state folder>`, and a note says so.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from deploy.stack.children import Account
from deploy.stack.errors import StackError

_ACCOUNT = "factoryos-db"
_ELSEWHERE = Path("/var/lib/factoryos")
_NOTE = "postgresql.is-elsewhere"


def database_account() -> Account | None:
    """Return the account that runs PostgreSQL, or None to run it as ourselves. Raises StackError."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_ACCOUNT)
    except KeyError:
        _add_account()
        entry = pwd.getpwnam(_ACCOUNT)
    return Account(_ACCOUNT, entry.pw_uid, entry.pw_gid)


def _add_account() -> None:
    """Make the account with the system's own tool: useradd, or adduser on BusyBox."""
    useradd = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", _ACCOUNT]
    adduser = ["adduser", "-S", "-D", "-H", _ACCOUNT]
    command = useradd if shutil.which("useradd") else adduser
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        detail = (getattr(error, "stderr", "") or str(error)).strip()
        raise StackError(
            f"PostgreSQL must not run as root, and the account {_ACCOUNT!r} for it could not be made ({detail}). "
            "Run FactoryOS as an ordinary user, or set DATABASE_URL and DATABASE_OWNER_URL to a server of your own."
        ) from error


def _may(account: Account, test: str, path: Path) -> bool:
    """Return whether the account passes a shell test (`-x`, `-r`) on a path: asked of the kernel, not computed."""
    command = ["/bin/sh", "-c", f'test {test} "$1"', "sh", str(path)]
    return (
        subprocess.run(command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False).returncode
        == 0
    )


def database_elsewhere(home: Path) -> Path | None:
    """Return the folder of PostgreSQL's files when it is outside the state folder."""
    note = home / _NOTE
    return Path(note.read_text(encoding="utf-8").strip()) if note.exists() else None


def database_home(home: Path, account: Account | None) -> Path:
    """Return the folder for PostgreSQL's files, owned by the account: in the state folder if it can be reached there.

    Once chosen, the place stays. Raises StackError when data in the state folder can no longer be reached.
    """
    elsewhere = database_elsewhere(home)
    folder = elsewhere or home / "postgresql"
    if account and not elsewhere and not _may(account, "-x", home):
        if (folder / "data").exists():
            raise StackError(f"The account {account.name} can no longer pass through to {folder}; allow it: chmod o+x.")
        folder = _elsewhere(home) / "postgresql"
        (home / _NOTE).write_text(f"{folder}\n", encoding="utf-8")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


def programs_for(account: Account | None, programs: Path, home: Path) -> Path:
    """Return a folder of PostgreSQL programs that the account can run: the given one, or a copy of its installation."""
    if account is None or _may(account, "-x", programs / "postgres"):
        return programs
    package = programs.parents[1]
    copy = _elsewhere(home) / "programs"
    complete = copy / "complete"
    if not complete.exists() or complete.read_text(encoding="utf-8") != str(package):
        shutil.rmtree(copy, ignore_errors=True)
        libraries = package.with_name(f"{package.name}.libs")  # where the wheel keeps the libraries of psql and initdb
        for source in (programs.parent, libraries):
            if source.exists():
                shutil.copytree(source, copy / source.relative_to(package.parent), symlinks=True)
        for each in (copy, *copy.rglob("*")):
            os.chown(each, account.uid, account.gid, follow_symlinks=False)
        complete.write_text(str(package), encoding="utf-8")
    return copy / programs.relative_to(package.parent)


def forget_elsewhere(home: Path) -> None:
    """Remove what lies outside a state folder that is itself being removed."""
    shutil.rmtree(_place_of(home), ignore_errors=True)


def _place_of(home: Path) -> Path:
    return _ELSEWHERE / hashlib.sha256(str(home).encode()).hexdigest()[:12]


def _elsewhere(home: Path) -> Path:
    """Return this state folder's place outside, distinct for each; open to pass through, closed to read."""
    place = _place_of(home)
    for folder in (_ELSEWHERE, place):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
    return place
