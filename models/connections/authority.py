"""The certificate that devices on the local network install, so that they trust this box."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from models.connections.settings import settings


@dataclass(frozen=True, slots=True)
class Authority:
    """`content` is the certificate as devices take it (DER); `fingerprint` is its SHA-256 in pairs."""

    content: bytes
    fingerprint: str
    expires_at: datetime


def authority() -> Authority | None:
    """Return this box's own authority; None where HTTPS was not set up here, or is somebody else's business."""
    folder = settings().factoryos_tls_dir
    if folder is None:
        return None
    try:
        certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    except (OSError, ValueError):
        return None
    return Authority(
        certificate.public_bytes(Encoding.DER), certificate.fingerprint(SHA256()).hex(":").upper(),
        certificate.not_valid_after_utc,
    )  # fmt: skip
