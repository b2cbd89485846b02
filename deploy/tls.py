"""HTTPS for the local network: an authority of this box's own, and a certificate by it for the box's names."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Apple takes no certificate that lives longer than 825 days, browsers warn of less and less; a run renews it in time.
CERTIFICATE_LIFE, AUTHORITY_LIFE = timedelta(days=397), timedelta(days=3650)
RENEW_BEFORE = timedelta(days=45)
_ALWAYS = ("localhost", "127.0.0.1")
_EARLIER = timedelta(hours=24)  # tablets' clocks are not always right
_LONGEST_NAME = 253


class NoName(ValueError):  # noqa: N818 - errors name the refusal
    """A text that is neither a host's name nor an address."""

    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' is neither the name of a host nor an address.")


@dataclass(frozen=True)
class TlsFiles:
    """The files of one state folder; all of them are for their owner alone."""

    folder: Path

    @property
    def authority_key(self) -> Path:
        """The authority's private key: whoever has it can pose as any site to devices that trust the authority."""
        return self.folder / "ca.key"

    @property
    def authority(self) -> Path:
        """The authority's certificate, which devices install."""
        return self.folder / "ca.pem"

    @property
    def key(self) -> Path:
        """The server's private key."""
        return self.folder / "server.key"

    @property
    def certificate(self) -> Path:
        """The server's certificate, followed by the authority's."""
        return self.folder / "server.pem"

    @property
    def there(self) -> bool:
        """Whether a server could use them."""
        return self.certificate.is_file() and self.key.is_file() and self.authority.is_file()

    def served(self) -> x509.Certificate:
        """Return the server's certificate."""
        return x509.load_pem_x509_certificate(self.certificate.read_bytes())

    def names(self) -> tuple[str, ...]:
        """Return what the server's certificate is for."""
        alternatives = self.served().extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = alternatives.get_values_for_type(x509.DNSName)
        return (*hosts, *(str(address) for address in alternatives.get_values_for_type(x509.IPAddress)))


def names_of_this_box() -> tuple[str, ...]:
    """Return the box's host name, that name as the local network resolves it, and its address there."""
    host = socket.gethostname().split(".")[0].lower()
    found = [host, f"{host}.local"] if _is_host(host) else []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("10.255.255.255", 9))  # sends nothing; the kernel says from which address it would
        found.append(asking.getsockname()[0])
    return tuple(found)


def issue(files: TlsFiles, names: tuple[str, ...], now: datetime) -> bool:
    """Write a new server certificate, and before the first one the authority; tell whether the authority is new.

    Raises NoName.
    """
    wanted = tuple(dict.fromkeys((*(name.strip().lower().rstrip(".") for name in names), *_ALWAYS)))
    alternatives = x509.SubjectAlternativeName([_general(name) for name in wanted])
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not files.authority.is_file() or not files.authority_key.is_file()
    if is_new:
        _make_authority(files, wanted[0], now)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    signer = load_pem_private_key(files.authority_key.read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("ca.key is not one of ours")
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + CERTIFICATE_LIFE, authority.not_valid_after_utc)
    made = (
        _begun(_called(wanted[0]), authority.subject, key, now, until)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, SHA256())
    )
    _write(files.key, _private(key))
    _write(files.certificate, made.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM))
    return is_new


def renew_if_due(files: TlsFiles, now: datetime) -> bool:
    """Issue the certificate anew for the names it has where it ends soon; tell whether that was done."""
    if not files.there or files.served().not_valid_after_utc - now > RENEW_BEFORE:
        return False
    issue(files, files.names(), now)
    return True


def _make_authority(files: TlsFiles, name: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _called(f"FactoryOS authority of {name}"[:64])
    made = (
        _begun(subject, subject, key, now, now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    _write(files.authority_key, _private(key))
    _write(files.authority, made.public_bytes(Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(until)
    )


def _called(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "FactoryOS"), x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _general(name: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(name))
    if not _is_host(name):
        raise NoName(name)
    return x509.DNSName(name)


def _is_host(name: str) -> bool:
    labels = name.split(".")
    return len(name) <= _LONGEST_NAME and all(
        label.isascii() and label.replace("-", "a").isalnum() and not label.startswith("-") and not label.endswith("-")
        for label in labels
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
