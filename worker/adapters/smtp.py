"""Sends mail by SMTP, one connection per mail: a factory sends few, and none shall suffer from another's trouble."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from models.connections.settings import settings
from models.tables.base import utc_now
from worker.letters import Written

_PATIENCE_SECONDS = 15
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"smtp": 25, "smtps": 465}
_PERMANENT = 500


class MailServerAway(Exception):  # noqa: N818 - errors name the refusal
    """The mail server cannot be reached or does not let us in; every mail waits."""


class MailPostponed(Exception):  # noqa: N818 - errors name the refusal
    """The server did not take this mail now."""


class MailRefused(Exception):  # noqa: N818 - errors name the refusal
    """The server will never take this mail, or its address is none."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in, from SMTP_URL."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str | None
    password: str

    @classmethod
    def of(cls, url: str) -> "Server":
        """Read `smtp://user:password@host:587?starttls` or `smtps://…`. Raises MailServerAway for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise MailServerAway(
                "SMTP_URL must be smtp://host:port, smtp://user:password@host:587?starttls or smtps://"
            )
        server = cls(
            parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "smtps",
            "starttls" in parts.query.lower().split("&"), unquote(parts.username) if parts.username else None,
            unquote(parts.password or ""),
        )  # fmt: skip
        if server.user and not (server.tls or server.starttls or server.host in _LOCAL):
            raise MailServerAway("SMTP_URL would send its password in clear; add ?starttls or use smtps://")
        return server


def compose(key: str, to: str, written: Written) -> EmailMessage:
    """Return the message; the same key gives the same Message-ID, so that a second delivery is recognised.

    Raises MailRefused for an address that is none.
    """
    sender = settings().factoryos_mail_from
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=to)
        message["Subject"] = written.subject
    except (ValueError, IndexError, MessageError) as error:  # the parser of addresses trips over an empty one
        raise MailRefused(f"The address or the subject cannot stand in a mail: {error}") from error
    message["From"] = sender
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    return message


def send(message: EmailMessage) -> None:
    """Hand one message to the server. Raises MailServerAway, MailPostponed, MailRefused."""
    with _connected(Server.of(settings().smtp_url.get_secret_value())) as client:
        try:
            client.send_message(message, to_addrs=[message["To"].addresses[0].addr_spec])
        except smtplib.SMTPRecipientsRefused as refusal:
            _raise_by_code(*next(iter(refusal.recipients.values())))
        except smtplib.SMTPResponseException as refusal:
            _raise_by_code(refusal.smtp_code, refusal.smtp_error)
        except smtplib.SMTPNotSupportedError as refusal:
            raise MailRefused(f"The mail server cannot carry this address: {refusal}") from refusal
        except (smtplib.SMTPException, OSError) as fault:
            raise MailPostponed(f"The connection broke while the mail was handed in: {fault}") from fault


def _raise_by_code(code: int, words: bytes | str) -> None:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    kind = MailRefused if code >= _PERMANENT else MailPostponed
    raise kind(f"The mail server said {code}: {said}")


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    try:
        client = _opened(server)
    except (smtplib.SMTPException, OSError) as fault:
        raise MailServerAway(f"The mail server {server.host}:{server.port} does not let us in: {fault}") from fault
    try:
        yield client
    finally:
        with suppress(smtplib.SMTPException, OSError):
            client.quit()


def _opened(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE_SECONDS, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=_PATIENCE_SECONDS)
    try:
        if server.starttls:
            client.starttls(context=context)
        if server.user is not None:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client
