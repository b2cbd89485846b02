"""The command line's client: what it makes of answers that are not what it hoped for."""

import json
import os
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy.client import Access, ApiClient, ApiRefused, ServerAway
from deploy.stack.process_ids import ProcessId
from deploy.stack.run_file import Run
from deploy.stack.state import State


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
