"""Mail on its way: written with the fact, sent by a real SMTP server, forgotten once it is gone."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import text
from typer.testing import CliRunner

from deploy.cli import app
from deploy.stack.plan import Plan
from models.connections.postgres import rehearse, unbound
from models.messages.mail import InvitationLetter, Letter, PasswordCodeLetter, SecurityLetter, WelcomeLetter
from models.records import mail
from models.tables.base import utc_now
from tests.factories import Factory
from tests.letterbox import Letterbox
from tests.working import environment
from worker.adapters.smtp import MailRefused, MailServerAway, Server, compose
from worker.letters import write
from worker.relays import mail as relay

CODE = PasswordCodeLetter(username="maria", code="012345", minutes=10)


def letters() -> list[Letter]:
    soon = utc_now() + timedelta(days=7)
    link = "https://acme.example.com/invitations/secret"
    return [
        InvitationLetter(factory="Acme <b>", invited_by="Ada & Co", role="technician", link=link, expires_at=soon),
        WelcomeLetter(factory="Acme <b>", slug="acme", username="ada", link=link),
        CODE,
        *(
            SecurityLetter(username="ada", happened=happened, at=soon, link=link)
            for happened in ("password-changed", "password-reset", "second-factor-on", "second-factor-off")
        ),
    ]


def post(factory: Factory, to: str, *, key: str = "one", letter: Letter = CODE, **more: Any) -> None:
    with factory.begin() as session:
        mail.post(session, tenant_id=factory.id, key=key, to=to, letter=letter, **more)


def row(factory: Factory) -> Any:
    with factory.read() as session:
        return session.execute(text("SELECT * FROM outbox WHERE topic = 'mail'")).one()


def due(factory: Factory) -> None:
    with factory.begin() as session:
        session.execute(text("UPDATE outbox SET next_at = now() - interval '1 second' WHERE topic = 'mail'"))


@pytest.fixture(autouse=True)
def nobody_elses_mail(servers: Plan) -> None:  # noqa: ARG001 - the servers must run
    """Deliver what other tests left: a relay takes whatever is due, and servers here are to meet our own mail alone."""
    while relay.relay_all():
        pass


@pytest.fixture
def letterbox(servers: Plan) -> Letterbox:
    return Letterbox(servers)


class Answers:
    """An SMTP handler that answers as it is told, and remembers what it took."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.taken = list(answers), []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content))
        return answer


@contextmanager
def smtp_server(handler: Any, **options: Any) -> Iterator[int]:
    """A real SMTP server in a thread of this process; it leaves no connection to the garbage collector."""
    loop, port, met = asyncio.new_event_loop(), [], []
    ready = threading.Event()

    def meet() -> SMTP:
        met.append(SMTP(handler, loop=loop, **options))
        return met[-1]

    def run() -> None:
        server = loop.run_until_complete(loop.create_server(meet, "127.0.0.1", 0))
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(_part(met))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(60)
    try:
        yield port[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)


async def _part(met: list[SMTP]) -> None:
    """End what still goes on in this loop, and close every connection."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in met:
        if one.transport is not None:
            one.transport.abort()
    await asyncio.sleep(0)  # a transport that was closed is gone one turn later


@pytest.mark.parametrize("letter", letters(), ids=lambda letter: letter.template)
def test_every_letter_has_a_subject_a_text_and_a_page_in_which_nothing_is_markup(letter: Letter) -> None:
    written = write(letter)
    assert written.subject
    assert "{" not in written.subject + written.text + written.html
    assert "<b>" not in written.html.replace("<body", "")
    assert "Ada &amp; Co" in written.html or not isinstance(letter, InvitationLetter)
    assert "&amp;" not in written.text
    for word in (value for name, value in letter if isinstance(value, str) and name in {"code", "link", "slug"}):
        assert word in written.text
        assert word in written.html or isinstance(letter, SecurityLetter)


def test_a_mail_arrives_as_text_and_page_and_is_forgotten_here(tenant: Factory, letterbox: Letterbox) -> None:
    to = letterbox.address()
    post(tenant, to)
    (letter,) = letterbox.letters(to)
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert "012345" in letterbox.text(to)
    assert letter["Auto-Submitted"] == "auto-generated"
    kept = row(tenant)
    assert (kept.data, kept.failure, kept.given_up) == ({"template": "password_code"}, None, False)
    assert kept.sent_at is not None


def test_a_repeated_delivery_bears_the_same_message_id_and_another_mail_another(servers: Plan) -> None:  # noqa: ARG001
    ids = [compose(key, "a@example.com", write(CODE))["Message-ID"] for key in ("one", "one", "two")]
    assert ids[0] == ids[1] != ids[2]


def test_the_same_key_is_one_mail(tenant: Factory, letterbox: Letterbox) -> None:
    to = letterbox.address()
    post(tenant, to)
    with pytest.raises(Exception, match="outbox_tenant_id_key"):
        post(tenant, to)
    assert len(letterbox.letters(to)) == 1


def test_what_is_rolled_back_is_never_mailed(tenant: Factory, letterbox: Letterbox) -> None:
    to = letterbox.address()
    with rehearse(tenant.id) as session:
        mail.post(session, tenant_id=tenant.id, key="x", to=to, letter=CODE)
        session.flush()
    assert letterbox.letters(to) == []


def test_a_mail_that_is_put_off_does_not_hold_up_the_next(tenant: Factory) -> None:
    handler = Answers("451 later")
    post(tenant, "first@example.com", key="1")
    post(tenant, "second@example.com", key="2")
    with smtp_server(handler) as port, environment(SMTP_URL=f"smtp://127.0.0.1:{port}"):
        relay.relay_all()
        assert [to for to, _ in handler.taken] == [["second@example.com"]]
        with tenant.read() as session:
            waiting = session.execute(text("SELECT * FROM outbox WHERE sent_at IS NULL AND topic = 'mail'")).one()
        assert waiting.attempts == 1
        assert waiting.next_at > utc_now()
        assert "451" in waiting.failure
        relay.relay_all()
        assert len(handler.taken) == 1, "it is not due yet"
        due(tenant)
        relay.relay_all()
    assert [to for to, _ in handler.taken][1:] == [["first@example.com"]]


def test_what_the_server_refuses_for_good_is_given_up_told_and_forgotten(servers: Plan, tenant: Factory) -> None:
    with unbound() as connection:
        before = mail.state(connection)
    home = {"FACTORYOS_HOME": str(servers.state.home), "COLUMNS": "200"}
    post(tenant, "nobody@example.com")
    assert f"{before.waiting + 1} waiting to be sent" in CliRunner().invoke(app, ["status"], env=home).output
    with smtp_server(Answers("550 no such person")) as port, environment(SMTP_URL=f"smtp://127.0.0.1:{port}"):
        relay.relay_all()
        relay.relay_all()
    kept = row(tenant)
    assert (kept.given_up, kept.attempts) == (True, 1)
    assert "550" in kept.failure
    assert kept.data == {"template": "password_code"}
    with unbound() as connection:
        assert mail.state(connection).given_up == before.given_up + 1
    told = CliRunner().invoke(app, ["status"], env=home)
    assert told.exit_code == 0, told.output
    assert f"{before.given_up + 1} given up this week" in told.output


def test_a_mail_put_off_too_often_or_too_late_is_given_up(tenant: Factory, other_tenant: Factory) -> None:
    post(tenant, "somebody@example.com")
    with tenant.begin() as session:
        session.execute(text("UPDATE outbox SET attempts = 11"))
    post(other_tenant, "late@example.com", useful_until=utc_now() - timedelta(seconds=1))
    handler = Answers("451 later")
    with smtp_server(handler) as port, environment(SMTP_URL=f"smtp://127.0.0.1:{port}"):
        relay.relay_all()
    assert row(tenant).given_up
    assert row(other_tenant).given_up
    assert "too late" in row(other_tenant).failure
    assert handler.taken == []


def test_while_the_mail_server_is_away_mail_waits_without_losing_attempts(
    tenant: Factory, letterbox: Letterbox
) -> None:
    to = letterbox.address()
    post(tenant, to)
    with socket.socket() as deaf:  # has the port, so that nobody else can, and does not listen
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        with environment(SMTP_URL=f"smtp://127.0.0.1:{port}"), pytest.raises(MailServerAway, match=str(port)):
            relay.relay_all()
    assert (row(tenant).attempts, row(tenant).sent_at) == (0, None)
    assert len(letterbox.letters(to)) == 1


def test_two_relays_never_take_the_same_mail(tenant: Factory) -> None:
    post(tenant, "one@example.com")
    with tenant.begin() as first:
        assert len(mail.claim(first, 10)) == 1
    with tenant.begin() as second:
        assert mail.claim(second, 10) == []
    due(tenant)
    with tenant.begin() as third:
        (again,) = mail.claim(third, 10)
    assert again.attempts == 2, "whoever claimed it may have died"
    with tenant.begin() as session:
        mail.mark_sent(session, again)


def test_a_server_that_wants_a_log_in_gets_it_over_tls_only() -> None:
    server = Server.of("smtp://me:p%40ss@mail.example.com:587?starttls")
    assert (server.user, server.password, server.port, server.starttls, server.tls) == ("me", "p@ss", 587, True, False)
    assert Server.of("smtps://me:x@mail.example.com").port == 465
    assert Server.of("smtp://mail.example.com").port == 25
    for url in ("smtp://me:x@mail.example.com", "http://mail.example.com", "nonsense", "smtp://"):
        with pytest.raises(MailServerAway):
            Server.of(url)


def test_a_certificate_nobody_vouches_for_gets_no_password(tenant: Factory, tmp_path: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(tmp_path))
    post(tenant, "one@example.com")
    with smtp_server(Answers(), tls_context=context) as port:
        url = f"smtp://me:secret@127.0.0.1:{port}?starttls"
        with environment(SMTP_URL=url), pytest.raises(MailServerAway, match="certificate"):
            relay.relay_all()
    with tenant.begin() as session:
        session.execute(text("DELETE FROM outbox"))


def _certificate(folder: Any) -> tuple[str, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(utc_now()).not_valid_after(utc_now() + timedelta(days=1))
    certificate, secret = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return str(certificate), str(secret)


@pytest.mark.parametrize("to", ["a@example.com\nBcc: b@example.com", "a@example.com, b@example.com", "nobody", ""])
def test_an_address_that_is_none_is_refused_before_it_reaches_a_server(servers: Plan, to: str) -> None:  # noqa: ARG001
    with pytest.raises(MailRefused):
        compose("key", to, write(CODE))
