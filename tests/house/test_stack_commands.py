import os
import socket
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.stack.ports import choose
from tests.api.running import until
from tests.house.supervised import LIVES, supervised
from tests.stack import fresh_home

_SERVES = "import http.server as h; h.HTTPServer(('127.0.0.1', {port}), h.SimpleHTTPRequestHandler).serve_forever()"


def factoryos(home: Path, *words: str, **environment: str) -> Result:
    return CliRunner().invoke(app, words, env={"FACTORYOS_HOME": str(home), "COLUMNS": "200", **environment})


def status_of_the_well(home: Path) -> Result:
    """Ask until all are well: on a busy machine one may need longer than a probe has patience."""
    return until(lambda: told if (told := factoryos(home, "status")).exit_code == 0 else None)


@pytest.mark.parametrize("command", ["status", "stop"])
def test_asking_after_a_stack_that_does_not_run_ends_with_3(tmp_path: Path, command: str):
    result = factoryos(tmp_path, command)
    assert result.exit_code == 3
    assert "does not run" in result.output


def test_status_tells_well_from_ill_and_stop_waits_for_the_end(tmp_path: Path):
    port = choose({}, auto=True).api
    probe = {"protocol": "http", "target": f"http://127.0.0.1:{port}/"}
    serves = {"name": "shop", "code": _SERVES.format(port=port), "probe": probe}
    with supervised(tmp_path, serves, {"name": "other", "code": LIVES}) as stack:
        stack.hear("all answer")
        pids = stack.pids
        well = status_of_the_well(tmp_path)
        assert str(pids["shop"].pid) in well.output

        os.kill(pids["shop"].pid, SIGSTOP)
        ill = factoryos(tmp_path, "status")
        os.kill(pids["shop"].pid, SIGCONT)
        assert ill.exit_code == 1
        assert "does not answer" in ill.output

        stopped = factoryos(tmp_path, "stop", "--timeout", "120")
        assert stopped.exit_code == 0, stopped.output
        assert not any(process.alive for process in pids.values())
        assert factoryos(tmp_path, "stop").exit_code == 3


def test_a_second_run_is_refused_with_the_way_out(tmp_path: Path):
    with supervised(tmp_path, {"name": "one", "code": LIVES}) as stack:
        stack.hear("all answer")
        refused = factoryos(tmp_path, "run")
        assert refused.exit_code == 1
        assert "already runs" in refused.output
        assert stack.pids["one"].alive


def test_run_refuses_a_taken_port_before_it_starts_anything():
    with fresh_home() as home, socket.create_server(("127.0.0.1", 0)) as squatter:
        port = squatter.getsockname()[1]
        refused = factoryos(home, "run", "--ports", "auto", "--port", str(port))
        assert refused.exit_code == 1
        assert f"Port {port} for the API is taken" in refused.output
        assert "FACTORYOS_PORT" in refused.output
        assert not (home / "postgresql" / "data").exists()


def test_run_with_an_external_database_but_no_owner_is_refused(tmp_path: Path):
    refused = factoryos(tmp_path, "run", DATABASE_URL="postgresql://nobody@127.0.0.1:1/x", DATABASE_OWNER_URL="")
    assert refused.exit_code == 1
    assert "DATABASE_OWNER_URL" in refused.output


def test_an_external_server_that_is_away_is_named_by_its_variable():
    with fresh_home() as home:
        refused = factoryos(home, "run", "--ports", "auto", TEMPORAL_ADDRESS="127.0.0.1:1")
        assert refused.exit_code == 1
        assert "TEMPORAL_ADDRESS names a server that does not answer" in refused.output


@pytest.mark.parametrize(
    "command", [[], ["run"], ["status"], ["stop"], ["mail"], ["migrate"], ["api"], ["worker"], ["openapi"]]
)
def test_every_command_explains_itself_with_an_example_or_exit_codes(tmp_path: Path, command: list[str]):
    result = factoryos(tmp_path, *command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output or "Exit codes" in result.output
