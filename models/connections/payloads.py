"""What Temporal stores of ours, encrypted: AES-256-GCM under keys that Temporal never sees.

The first key of FACTORYOS_PAYLOAD_KEY seals, every key opens; what was stored before there was a key stays readable.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from secrets import token_bytes, token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

_ENCODING = b"binary/encrypted"
_KEY_ID = "encryption-key-id"
_KEY_BYTES, _NONCE_BYTES = 32, 12
_IDENTITY = re.compile(r"[A-Za-z0-9._-]{1,32}")


class PayloadKeyMissing(Exception):  # noqa: N818 - names the refusal
    """A payload sealed under a key that this process was not given."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            f"Temporal holds data sealed under the payload key '{identity}', which is not in FACTORYOS_PAYLOAD_KEY; "
            "add it after the present one until the workflows of its time have ended."
        )


class PayloadDamaged(Exception):  # noqa: N818 - names the refusal
    """A payload that its key does not open: changed on the way, or sealed under another key of the same id."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            f"Data in Temporal does not open with the payload key '{identity}'; it or the key was changed."
        )


def payload_keys(text: str) -> dict[str, bytes]:
    """Return the keys of `id:base64,id2:base64` in their order. Raises ValueError in words that hold no key."""
    keys: dict[str, bytes] = {}
    for one in text.split(","):
        identity, colon, encoded = one.strip().partition(":")
        if not colon or not _IDENTITY.fullmatch(identity) or identity in keys:
            raise ValueError("a payload key is written id:base64, each id once, several separated by commas")
        try:
            key = b64decode(encoded, validate=True)
        except NotBase64 as error:
            raise ValueError(f"the payload key '{identity}' is not base64") from error
        if len(key) != _KEY_BYTES:
            raise ValueError(f"the payload key '{identity}' is not {_KEY_BYTES} bytes long")
        keys[identity] = key
    return keys


def new_payload_key() -> str:
    """Return a fresh key, as FACTORYOS_PAYLOAD_KEY takes it."""
    return f"k{token_hex(4)}:{b64encode(token_bytes(_KEY_BYTES)).decode()}"


class EncryptionCodec(PayloadCodec):
    """Seals payloads under the first of some keys, and opens them with whichever they name."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {identity: AESGCM(key) for identity, key in keys.items()}
        self._sealing = next(iter(keys))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Return the payloads sealed."""
        return [self._sealed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Return the payloads opened. Raises PayloadKeyMissing and PayloadDamaged."""
        return [self._opened(payload) for payload in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        nonce, identity = token_bytes(_NONCE_BYTES), self._sealing.encode()
        sealed = self._ciphers[self._sealing].encrypt(nonce, payload.SerializeToString(), identity)
        return Payload(metadata={"encoding": _ENCODING, _KEY_ID: identity}, data=nonce + sealed)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return payload
        raw = payload.metadata.get(_KEY_ID, b"")
        identity = raw.decode("utf-8", "replace")
        if identity not in self._ciphers:
            raise PayloadKeyMissing(identity)
        try:
            opened = self._ciphers[identity].decrypt(payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:], raw)
        except (InvalidTag, ValueError) as error:
            raise PayloadDamaged(identity) from error
        return Payload.FromString(opened)
