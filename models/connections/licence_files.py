"""Licences as files: one compact JWS each, signed with Ed25519 by the vendor and checked here without any network.

The algorithm is fixed on our side; what a token's header asks for is never followed, so neither `none` nor an HMAC with
the public key as its secret is taken.
"""

import json
from base64 import urlsafe_b64decode
from enum import StrEnum
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from models.connections.settings import settings
from models.messages.licensing import Licence

# The public key built in: none. Who sells licences writes theirs here, or has installations set FACTORYOS_LICENCE_KEY.
VENDOR_KEY = ""
_ALGORITHM, _TYPE, _KEY_BYTES = "Ed25519", "factoryos-licence", 32
_CURVE: Final = "Ed25519"
_PARTS = 3


class Fault(StrEnum):
    """What can be wrong with a file."""

    NO_LICENCE = "not-a-licence"
    FOREIGN = "not-signed-by-the-vendor"
    UNREADABLE = "content-not-understood"


class LicenceBroken(Exception):  # noqa: N818 - errors name the refusal
    """A file that is no licence of the vendor's."""

    def __init__(self, fault: Fault, words: str) -> None:
        super().__init__(words)
        self.fault = fault


class KeyUnusable(Exception):  # noqa: N818 - errors name the refusal
    """A key that is not an Ed25519 key in the form it must have."""


def new_key() -> OKPKey:
    """Return a vendor's new pair of keys."""
    return OKPKey.generate_key(_CURVE)


def public_text(key: OKPKey) -> str:
    """Return the public half as FACTORYOS_LICENCE_KEY takes it: 32 bytes in base64url."""
    return str(key.as_dict(private=False)["x"])


def private_key(pem: bytes) -> OKPKey:
    """Return the vendor's private key out of its file. Raises KeyUnusable."""
    try:
        key = OKPKey.import_key(pem)
    except (JoseError, ValueError, TypeError) as error:
        raise KeyUnusable("This file holds no private key; `factoryos licence keys` makes one.") from error
    if key.as_dict().get("crv") != _CURVE or not key.is_private:
        raise KeyUnusable("This is not a private Ed25519 key; `factoryos licence keys` makes one.")
    return key


def sign(licence: Licence, key: OKPKey) -> str:
    """Return the file of a licence."""
    header = {"alg": _ALGORITHM, "typ": _TYPE}
    return jws.serialize_compact(header, licence.model_dump_json().encode(), key, algorithms=[_ALGORITHM])


def opened(text: str) -> Licence:
    """Return what a file says, whether it has ended or not. Raises LicenceBroken, and KeyUnusable for our own key."""
    token = "".join(text.split())
    key = _trusted()
    named = _header(token)
    if named is None:
        raise LicenceBroken(Fault.NO_LICENCE, "This is not a licence file; paste the whole text that the vendor sent.")
    if (named.get("alg"), named.get("typ")) != (_ALGORITHM, _TYPE):
        raise LicenceBroken(Fault.FOREIGN, "This file is not signed the way licences are; ask the vendor for another.")
    try:
        content = jws.deserialize_compact(token, key, algorithms=[_ALGORITHM]).payload
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise LicenceBroken(
            Fault.FOREIGN, "The vendor did not sign this file, or it was changed since; ask the vendor for it again."
        ) from error
    return _read(content)


def _header(token: str) -> dict[str, Any] | None:
    """Return a token's first part; None for what is no token."""
    parts = token.split(".")
    if len(parts) != _PARTS or not token.isascii():
        return None
    try:
        named = json.loads(_decoded(parts[0]))
    except (ValueError, RecursionError):
        return None
    return named if isinstance(named, dict) else None


def _decoded(text: str) -> bytes:
    """Return the bytes of base64url without its padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _read(content: bytes | None) -> Licence:
    try:
        return Licence.model_validate_json(content or b"")
    except ValidationError as error:
        raise LicenceBroken(
            Fault.UNREADABLE, "This licence says something this version does not know; install the newest FactoryOS."
        ) from error


def _trusted() -> OKPKey:
    text = settings().factoryos_licence_key or VENDOR_KEY
    if not text:
        raise KeyUnusable(
            "This build knows no vendor, so it takes no licence; set FACTORYOS_LICENCE_KEY to your vendor's public key."
        )
    try:
        usable = len(_decoded(text)) == _KEY_BYTES
    except ValueError:
        usable = False
    if not usable:
        raise KeyUnusable("FACTORYOS_LICENCE_KEY is no public key; `factoryos licence keys` prints one.")
    return OKPKey.import_key({"kty": "OKP", "crv": _CURVE, "x": text})
