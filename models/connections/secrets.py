"""Random secrets, their digests, and what must be kept readable for us alone."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.connections.settings import settings

_NONCE_BYTES = 12


class Unsealable(Exception):  # noqa: N818 - names the refusal
    """A sealed secret that this installation's key does not open."""


def new_secret() -> str:
    """Return 256 random bits as text that fits into headers, cookies and addresses."""
    return secrets.token_urlsafe(32)


def new_digits(count: int) -> str:
    """Return a random number of so many digits, leading zeros included."""
    return f"{secrets.randbelow(10**count):0{count}d}"


def digest(secret: str) -> str:
    """Return what is stored of a secret of our own making: 256 random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()


def keyed_digest(purpose: str, *words: str) -> str:
    """Return a digest that only this installation can compute, for secrets short enough to be guessed."""
    return hmac.new(_key(f"digest:{purpose}"), "\0".join(words).encode(), sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two digests in a time that does not tell how far they agree."""
    return hmac.compare_digest(one.encode(), other.encode())


def seal(text: str, purpose: str) -> str:
    """Encrypt what must be read again later, such as the seed of a second factor (AES-256-GCM)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key(f"seal:{purpose}")).encrypt(nonce, text.encode(), purpose.encode())
    return urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, purpose: str) -> str:
    """Return what was sealed. Raises Unsealable where key or text were changed."""
    raw = urlsafe_b64decode(sealed.encode())
    try:
        opened = AESGCM(_key(f"seal:{purpose}")).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
    except InvalidTag as error:
        raise Unsealable(
            f"The stored secret of '{purpose}' does not open; was FACTORYOS_SECRET_KEY changed?"
        ) from error
    return opened.decode()


@lru_cache(maxsize=32)
def _key(purpose: str) -> bytes:
    material = settings().factoryos_secret_key.get_secret_value().encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(material)
