"""`factoryos api` as a process of its own behind a proxy: whose word on a caller's address and on TLS is believed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from deploy.stack.plan import Plan
from deploy.stack.ports import choose
from models.connections.settings import Settings
from tests.api.running import until
from tests.factories import PASSWORD, Factory

_TRIES = 3


@contextmanager
def _serving(environment: dict[str, str], log: Path) -> Iterator[httpx2.Client]:
    port = choose({}, auto=True).api
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy", "api"], env=environment | {"FACTORYOS_PORT": str(port)},
            cwd=Path(__file__).parents[2], stdout=output, stderr=output,
        )  # fmt: skip
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            until(lambda: _answers(client, process, log))
            yield client
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(client: httpx2.Client, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return client.get("/healthz", timeout=5).is_success
    except httpx2.TransportError:
        return False


@pytest.fixture
def trusting(servers: Plan, tmp_path: Path) -> Iterator[Callable[[str], httpx2.Client]]:
    """Start the API believing these proxies; one address may try three log-ins a minute."""
    with ExitStack() as stack:

        def start(proxies: str) -> httpx2.Client:
            told = {"FACTORYOS_TRUSTED_PROXIES": proxies, "FACTORYOS_CREDENTIAL_LIMIT": f"{_TRIES}/minute"}
            environment = dict(os.environ) | servers.environment | told | {"FACTORYOS_LOG_DIR": str(tmp_path)}
            return stack.enter_context(_serving(environment, tmp_path / "api.log"))

        yield start


def _log_in(client: httpx2.Client, factory: Factory, forwarded_for: str, password: str = PASSWORD) -> httpx2.Response:
    asked = {"tenant": factory.slug, "username": "admin", "password": password, "cookie": True}
    headers = {"X-Forwarded-For": forwarded_for, "X-Forwarded-Proto": "https"}
    return client.post("/api/v1/auth/login", json=asked, headers=headers)


def test_a_named_proxy_is_believed_on_address_and_tls(
    trusting: Callable[[str], httpx2.Client], tenant: Factory, audited: Callable[[], list[Any]]
) -> None:
    client = trusting("10.9.0.0/16, 127.0.0.1")
    # The first address is what a caller wrote there; the last is whom the proxy saw.
    came = _log_in(client, tenant, "198.51.100.9, 203.0.113.7")
    assert came.status_code == 200, came.text
    assert came.headers["set-cookie"].startswith("__Host-")
    assert "; secure" in came.headers["set-cookie"].lower()
    assert "strict-transport-security" in came.headers
    assert audited()[-1]["origin"]["address"] == "203.0.113.7"
    answers = [_log_in(client, tenant, "203.0.113.7").status_code for _ in range(_TRIES)]
    assert answers == [200, 200, 429]
    assert _log_in(client, tenant, "203.0.113.8").status_code == 200


@pytest.mark.parametrize("proxies", ["", "10.9.0.0/16"])
def test_nobody_else_is_believed(
    trusting: Callable[[str], httpx2.Client], tenant: Factory, audited: Callable[[], list[Any]], proxies: str
) -> None:
    client = trusting(proxies)
    came = _log_in(client, tenant, "203.0.113.7")
    assert came.status_code == 200, came.text
    assert not came.headers["set-cookie"].startswith("__Host-")
    assert "strict-transport-security" not in came.headers
    assert audited()[-1]["origin"]["address"] == "127.0.0.1"
    answers = [_log_in(client, tenant, f"203.0.113.{n}").status_code for n in range(_TRIES)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("proxies", ["*", "proxy.example.com", "10.9.0.1/16"])
def test_a_proxy_that_is_no_address_is_refused_at_the_start(servers: Plan, proxies: str) -> None:  # noqa: ARG001 - settings
    with pytest.raises(ValidationError, match="factoryos_trusted_proxies"):
        Settings(factoryos_trusted_proxies=proxies)
