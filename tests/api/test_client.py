"""The command line's client: as whom it comes, and what it makes of answers that are not what it hoped for."""

import json
import os
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli import app
from deploy.client import Access, ApiClient, ApiRefused, NoLogIn, ServerAway
from deploy.stack.process_ids import ProcessId
from deploy.stack.run_file import Run
from deploy.stack.state import State
from tests.api.access.test_second_factor import turned_on
from tests.api.conftest import Api
from tests.factories import PASSWORD, Factory


@pytest.fixture
def answering() -> Iterator[Callable[[int, str], Access]]:
    """A server on this machine that always answers the same."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int, body: str) -> Access:
        class Always(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *words: object) -> None:
                """Keep the test's output clean."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Always))
        Thread(target=servers[-1].serve_forever).start()
        return Access(f"http://127.0.0.1:{servers[-1].server_port}", "admin", "secret")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def log_in(access: Access) -> None:
    with ApiClient(access):
        pass


def test_a_server_whose_own_servers_are_away_counts_as_away(answering):
    with pytest.raises(ServerAway, match="The database does not answer"):
        log_in(answering(503, json.dumps({"detail": "The database does not answer"})))


def test_an_answer_that_is_no_problem_document_is_still_told(answering):
    with pytest.raises(ApiRefused, match="answered 404; is FactoryOS there"):
        log_in(answering(404, "<html>not here</html>"))
    with pytest.raises(ServerAway, match="did not answer as FactoryOS does"):
        log_in(answering(200, "<html>welcome</html>"))
    with pytest.raises(ServerAway, match="did not answer as FactoryOS does"):
        log_in(answering(200, "{}"))


def test_a_refusal_is_told_with_everything_it_names():
    refusal = ApiRefused(
        500,
        {
            "detail": "No.",
            "errors": [{"pointer": "/a", "detail": "is wrong"}, {"parameter": "q", "detail": "is odd"}],
            "rows": [{"line": 3, "reason": "no quantity"}],
            "faults": [{"step": "saw", "message": "no such part"}, {"message": "no steps"}],
            "trace_id": "abc",
        },
    )
    assert list(refusal.lines()) == [
        "No.", "/a: is wrong", "q: is odd", "Line 3: no quantity", "Step saw: no such part", "no steps",
        "Report this with trace_id abc.",
    ]  # fmt: skip
    assert str(ApiRefused(418, {})) == "The server answered 418."


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - only read
def test_the_running_local_stack_is_found_with_its_administrator(monkeypatch, tmp_path: Path, host: str):
    monkeypatch.setenv("FACTORYOS_HOME", str(tmp_path))
    state = State.default()
    state.create()
    state.run_file.write(
        Run(ProcessId.of(os.getpid()), time.time(), {"FACTORYOS_HOST": host, "FACTORYOS_PORT": "8123"})
    )
    people = [
        {"user": "tina", "password": "t", "role": "technician"},
        {"user": "ada", "password": "a", "role": "admin"},
    ]
    state.log_ins_file.write_text(json.dumps(people))
    assert Access.found() == Access("http://127.0.0.1:8123", "ada", "a")


@pytest.fixture
def told(address: str, tenant: Factory, tmp_path: Path) -> Callable[..., Result]:
    """Run `factoryos` where nothing but the address is known."""

    def run(*words: str, **environment: str) -> Result:
        there = {"FACTORYOS_URL": address, "FACTORYOS_TENANT": tenant.slug, "FACTORYOS_HOME": str(tmp_path)}
        return CliRunner().invoke(app, words, env=there | {"COLUMNS": "250"} | environment)

    return run


def access(address: str, factory: Factory, **more: Any) -> Access:
    return Access(address, "manager", PASSWORD, factory.slug, **more)


def test_a_person_with_a_second_factor_is_asked_for_it_only_when_it_is_needed(api: Api, address: str) -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("asked")
        return codes.pop()

    codes: list[str] = []
    with ApiClient(access(address, api.factory), ask):
        pass
    _, codes[:] = turned_on(api.as_("manager"))
    with ApiClient(access(address, api.factory), ask) as come_in:
        assert come_in.get("/auth/me", dict[str, Any])["username"] == "manager"
    with ApiClient(access(address, api.factory, code=codes.pop()), ask):
        pass
    assert asked == ["asked"]


def test_without_a_terminal_the_code_is_an_option(api: Api, told: Callable[..., Result]) -> None:
    _, codes = turned_on(api.as_("manager"))
    known = {"FACTORYOS_USER": "manager", "FACTORYOS_PASSWORD": PASSWORD}
    refused = told("order", "list", **known)
    assert refused.exit_code == 1
    assert "--code or FACTORYOS_CODE" in refused.output
    assert told("order", "list", "--code", codes[0], **known).exit_code == 0
    assert told("order", "list", **known, FACTORYOS_CODE=codes[1]).exit_code == 0
    assert told("order", "list", "--code", "000000", **known).exit_code == 1


def test_an_api_key_comes_in_without_a_log_in(api: Api, told: Callable[..., Result]) -> None:
    key = api.made("/keys", {"name": "Planner", "scopes": ["orders:read"]})["key"]
    assert told("order", "list", "--key", key).exit_code == 0
    assert told("order", "list", FACTORYOS_KEY=f"{key}\n", FACTORYOS_USER="nobody").exit_code == 0
    refused = told("user", "list", "--key", key)
    assert refused.exit_code == 1
    assert "API key" in refused.output
    assert told("order", "list", "--key", key[:-1]).exit_code == 1
    assert key[:-1] not in repr(Access.found("http://there", key=key))


@pytest.mark.parametrize("key", ["", "secret", "fos_\N{SNOWMAN}", "fos_a\nb"])
def test_what_is_no_api_key_is_not_sent_anywhere(key: str) -> None:
    with pytest.raises(NoLogIn, match="no API key"):
        Access.found("http://there", key=key)


def test_a_kept_log_in_whose_password_was_changed_is_told_as_such(told: Callable[..., Result], tmp_path: Path) -> None:
    people = [{"user": "admin", "password": "as it was", "role": "admin"}]
    (tmp_path / "log_ins.json").write_text(json.dumps(people))
    refused = told("order", "list")
    assert refused.exit_code == 1
    assert "its password was changed. Give --user and --password, or --key." in refused.output
    assert "was changed" not in told("order", "list", "--password", "wrong").output
    assert told("order", "list", "--password", PASSWORD).exit_code == 0


def test_somebody_without_a_password_is_never_taken_for_the_administrator(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FACTORYOS_HOME", str(tmp_path))
    people = [{"user": "ada", "password": "a", "role": "admin"}, {"user": "tom", "password": "t", "role": "technician"}]
    (tmp_path / "log_ins.json").write_text(json.dumps(people))
    assert Access.found("http://there", "tom") == Access("http://there", "tom", "t")
    with pytest.raises(NoLogIn, match="Say as whom"):
        Access.found("http://there", "maria")
