"""Slow hashes of what people remember: passwords and PINs (Argon2id)."""

from functools import lru_cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

# One hash takes 64 MB and a core: a crowd at the door must not take the machine away from the floor.
_AT_ONCE = BoundedSemaphore(4)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _dummy() -> str:
    return hash_password("nobody's password")


def hash_password(password: str) -> str:
    """Return the Argon2 hash of a password; takes a good part of a second by design."""
    with _AT_ONCE:
        return _hasher().hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the hashed one; without a hash it takes as long, and is not."""
    known = password_hash if password_hash is not None else _dummy()
    try:
        with _AT_ONCE:
            right = _hasher().verify(password, known)
    except PwdlibError:
        return False
    return right and password_hash is not None
