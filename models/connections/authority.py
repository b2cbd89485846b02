"""The certificate that devices on the local network install, so that they trust this box."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from models.connections.settings import settings

_IPV4 = 4


@dataclass(frozen=True, slots=True)
class Authority:
    """`content` is the certificate as devices take it (DER); `fingerprint` is its SHA-256 in pairs.

    `found_at` is the name or address by which other devices find this box.
    """

    content: bytes
    fingerprint: str
    expires_at: datetime
    found_at: str


def authority() -> Authority | None:
    """Return this box's own authority; None where HTTPS was not set up here, or is somebody else's business."""
    folder = settings().factoryos_tls_dir
    if folder is None:
        return None
    try:
        certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        served = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    except (OSError, ValueError):
        return None
    return Authority(
        certificate.public_bytes(Encoding.DER), certificate.fingerprint(SHA256()).hex(":").upper(),
        certificate.not_valid_after_utc, _found_at(served),
    )  # fmt: skip


def _found_at(served: x509.Certificate) -> str:
    """Return an address of the network, which every device finds, else the first name."""
    names = served.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = [each for each in names.get_values_for_type(x509.IPAddress) if not each.is_loopback]
    hosts = [name for name in names.get_values_for_type(x509.DNSName) if name != "localhost"]
    return next((str(each) for each in addresses if each.version == _IPV4), next(iter(hosts), "localhost"))
