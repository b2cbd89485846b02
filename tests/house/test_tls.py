"""HTTPS of a box's own: real certificates, checked by a real client over a real connection."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import httpx2
import pytest
import uvicorn
from cryptography import x509
from typer.testing import CliRunner

from api.app import create_app
from deploy.cli import app
from deploy.stack.errors import NotReady
from deploy.stack.plan import Plan, make_plan
from deploy.stack.ports import choose
from deploy.stack.probes import Probe
from deploy.stack.state import State
from deploy.tls import CERTIFICATE_LIFE, NoName, TlsFiles, issue, names_of_this_box, renew_if_due
from tests.api.running import until
from tests.working import environment

NOW = datetime.now(UTC)


@contextmanager
def served(files: TlsFiles) -> Iterator[str]:
    """The app behind these certificates on a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(
            create_app(), lifespan="off", log_level="error", ssl_certfile=files.certificate, ssl_keyfile=files.key
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"localhost:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    made = TlsFiles(tmp_path / "tls")
    issue(made, ("box.lan", "192.0.2.7", "fd00::7"), NOW)
    return made


def test_whoever_trusts_the_authority_is_served_and_nobody_else(servers: Plan, files: TlsFiles, tmp_path: Path) -> None:
    assert servers
    other = TlsFiles(tmp_path / "other")
    issue(other, ("box.lan",), NOW)
    with environment(FACTORYOS_TLS_DIR=str(files.folder)), served(files) as place:
        with httpx2.Client(
            verify=ssl.create_default_context(cafile=files.authority), timeout=60, trust_env=False
        ) as device:
            page = device.get(f"https://{place}/ca")
            given = device.get(f"https://{place}/ca/factoryos-ca.crt")
            assert device.get(f"https://{place}/healthz").status_code == 200
        with (
            httpx2.Client(
                verify=ssl.create_default_context(cafile=other.authority), timeout=60, trust_env=False
            ) as stranger,
            pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            stranger.get(f"https://{place}/healthz")
        port = place.partition(":")[2]
        until(lambda: _well(Probe("https", f"https://127.0.0.1:{port}/healthz {files.authority}")))
        with pytest.raises(NotReady):
            Probe("https", f"https://127.0.0.1:{port}/healthz {other.authority}").ask()
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    assert x509.load_der_x509_certificate(given.content) == authority
    assert given.headers["content-type"] == "application/x-x509-ca-cert"
    assert "<svg" in page.text
    assert 'href="https://192.0.2.7:8443/ca"' in page.text, "the code leads other devices to the box, not to themselves"
    assert "strict-transport-security" not in page.headers


def _well(probe: Probe) -> bool:
    """Ask once; a busy machine may need longer to answer than a probe has patience."""
    try:
        probe.ask()
    except NotReady:
        return False
    return True


def test_a_certificate_is_for_its_names_and_always_for_the_box_itself(files: TlsFiles) -> None:
    assert set(files.names()) == {"box.lan", "192.0.2.7", "fd00::7", "localhost", "127.0.0.1"}


def test_private_files_are_for_their_owner_alone(files: TlsFiles) -> None:
    assert files.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in files.folder.iterdir()} == {0o600}


def test_the_authority_stays_when_the_certificate_is_made_anew(files: TlsFiles) -> None:
    before = files.authority.read_bytes()
    assert issue(files, ("new.lan",), NOW) is False
    assert files.authority.read_bytes() == before
    assert "new.lan" in files.names()
    authority = x509.load_pem_x509_certificate(before)
    files.served().verify_directly_issued_by(authority)


def test_a_certificate_is_renewed_for_the_same_names_before_it_ends(files: TlsFiles) -> None:
    names, first = files.names(), files.served().serial_number
    assert renew_if_due(files, NOW + timedelta(days=300)) is False
    assert renew_if_due(files, NOW + timedelta(days=380)) is True
    assert files.served().serial_number != first
    assert files.names() == names
    assert files.served().not_valid_after_utc > NOW + CERTIFICATE_LIFE
    assert renew_if_due(TlsFiles(files.folder / "nothing"), NOW) is False


@pytest.mark.parametrize("name", ["", "two words", "-x", "x..y", "http://box", "böx", "a" * 300])
def test_what_is_no_name_gets_no_certificate(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoName):
        issue(TlsFiles(tmp_path), (name,), NOW)
    assert list(tmp_path.iterdir()) == []


def test_the_command_makes_them_in_the_state_folder_and_the_plan_then_serves_https(tmp_path: Path) -> None:
    home = {"FACTORYOS_HOME": str(tmp_path)}
    refused = CliRunner().invoke(app, ["tls", "init", "--name", "not a name"], env=home)
    assert refused.exit_code == 2
    plain = make_plan(State(tmp_path), choose({}, auto=True), {})
    assert [child.name for child in plain.processes()] == ["api", "worker-1", "worker-2"]
    made = CliRunner().invoke(app, ["tls", "init", "--name", "mes.lan"], env=home)
    assert made.exit_code == 0, made.output
    assert "/ca" in made.output
    plan = make_plan(State(tmp_path), choose({}, auto=True), {})
    assert [child.name for child in plan.processes()] == ["api", "api-tls", "worker-1", "worker-2"]
    assert plan.tls_url == f"https://mes.lan:{plan.ports.tls}"


def test_this_box_has_a_name_or_an_address_to_be_found_by() -> None:
    assert names_of_this_box()
