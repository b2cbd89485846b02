"""`factoryos order`, `factoryos job` and `factoryos seed` against the running product of the demo."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli import app
from tests.story.conftest import Played

# The first test here may have to wait until the demo was played.
pytestmark = pytest.mark.timeout(600)
_PATIENCE_SECONDS = 120


@pytest.fixture
def told(played: Played) -> Callable[..., Result]:
    """Run `factoryos` as the demo's administrator."""
    boss = played.stack.access("ada")

    def run(*words: str | Path, **environment: str) -> Result:
        there = {
            "FACTORYOS_URL": boss.url, "FACTORYOS_USER": boss.user, "FACTORYOS_PASSWORD": boss.password,
            "FACTORYOS_HOME": str(played.stack.plan.state.home), "COLUMNS": "250", **environment,
        }  # fmt: skip
        return CliRunner().invoke(app, list(map(str, words)), env=there)

    return run


@pytest.fixture
def new_job(told: Callable[..., Result]) -> str:
    """The code of a job of a new order, whose first work orders are ready."""
    placed = told("order", "place", "PNP-V2", "2", "--lot-size", "1", "--due", "2030-12-24", "--json")
    assert placed.exit_code == 0, placed.output
    order = json.loads(placed.stdout)["code"]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        words = told("order", "show", order).stdout.split()
        job = next((word for word in words if word.startswith("JOB-")), None)
        if job is not None and "READY" in told("job", "explain", job, "--json").stdout:
            return job
    raise AssertionError(f"no job of {order} became ready")


def test_an_order_is_placed_listed_and_shown_with_its_jobs_and_costs(told):
    placed = told(
        "order", "place", "PNP-V2", "3", "--lot-size", "3", "--due", "2030-01-31T12:00", "--customer", "Acme & Sons",
        "--priority", "1",
    )  # fmt: skip
    assert placed.exit_code == 0, placed.output
    code = placed.stdout.split()[1].rstrip(":")
    listed = told("order", "list", "--search", "Acme")
    assert code in listed.stdout
    assert "Acme & Sons" in listed.stdout
    assert json.loads(told("order", "list", "--limit", "1", "--json").stdout)[0]["code"] == code
    assert told("order", "list", "--status", "CANCELLED").stdout.strip() == "There are no such orders."
    by_code = told("order", "show", code.lower())
    assert by_code.exit_code == 0
    assert "0 of 3 x PNP-V2 for Acme & Sons" in by_code.stdout
    identity = json.loads(told("order", "show", code, "--json").stdout)["id"]
    assert code in told("order", "show", identity).stdout


def test_a_finished_order_shows_what_it_cost(told, played: Played):
    shown = told("order", "show", played.report.found.order.code)
    assert "3 of 3 x PNP-V2" in shown.stdout
    assert "1,928.52" in shown.stdout  # three machines' material, as planned


def test_a_job_is_shown_with_every_step_and_drawn(told, new_job: str, tmp_path: Path):
    drawing = tmp_path / "job.svg"
    shown = told("job", "show", new_job, "--graph", drawing)
    assert shown.exit_code == 0, shown.output
    assert "print-parts" in shown.stdout
    assert "ready" in shown.stdout
    assert "waiting" in shown.stdout
    assert b"<svg" in drawing.read_bytes()
    steps = json.loads(told("job", "show", new_job, "--json").stdout)["steps"]
    assert len(steps) == 35


def test_a_narrow_terminal_shows_every_code_and_state_on_a_line_of_its_own(told, new_job: str):
    steps = json.loads(told("job", "show", new_job, "--json").stdout)["steps"]
    lines = told("job", "show", new_job, COLUMNS="80").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines if line.startswith("WO-")]
    assert [row[0] for row in rows] == [step["code"] for step in steps]
    assert {row[1] for row in rows} == {"ready", "waiting"}
    assert [row[2] for row in rows] == [step["step_key"] for step in steps]
    told("order", "place", "PNP-V2", "1", "--due", "2030-12-24", "--customer", "Long names " * 15)
    order, state = told("order", "list", COLUMNS="80").stdout.splitlines()[2].split()[:2]
    assert json.loads(told("order", "show", order, "--json").stdout)["status"] == state


def test_a_drawing_that_cannot_be_written_is_wrong_usage(told, new_job: str):
    assert told("job", "show", new_job, "--graph", "/nowhere/job.svg").exit_code == 2


def test_a_job_explains_why_each_open_work_order_waits(told, new_job: str):
    explained = told("job", "explain", new_job)
    assert explained.exit_code == 0, explained.output
    assert "predecessor: Waits for 'Print the plastic parts'" in explained.stdout
    assert "next: Somebody starts it." in explained.stdout
    told_json = json.loads(told("job", "explain", new_job, "--json").stdout)
    assert told_json["code"] == new_job
    assert len(told_json["work_orders"]) == 35
    by_id = told("job", "explain", told_json["job_id"])
    assert by_id.stdout == explained.stdout


def test_a_job_that_ended_says_so(told, played: Played):
    explained = told("job", "explain", played.report.found.jobs[0].code)
    assert "The job has ended: done." in explained.stdout


@pytest.mark.parametrize(
    "words", [("job", "show"), ("job", "explain"), ("order", "show")], ids=["job show", "job explain", "order show"]
)
def test_what_is_not_there_is_refused(told, words: tuple[str, str]):
    for which in ("NOWHERE-1", str(uuid4())):
        refused = told(*words, which)
        assert refused.exit_code == 1
        assert refused.stderr


def test_an_order_the_api_refuses_says_why(told):
    refused = told("order", "place", "NO-SUCH", "1", "--due", "2030-01-31")
    assert refused.exit_code == 1
    assert "There is no product NO-SUCH" in refused.stderr


@pytest.mark.parametrize("quantity", ["many", "0", "NaN", "1e30"])
def test_a_quantity_that_is_none_is_wrong_usage(told, quantity: str):
    assert told("order", "place", "PNP-V2", quantity, "--due", "2030-01-31").exit_code == 2


def test_a_server_that_does_not_answer_is_told_apart(told):
    away = told("order", "list", FACTORYOS_URL="http://127.0.0.1:9")
    assert away.exit_code == 3
    assert "does not answer" in away.stderr


def test_seeding_needs_a_running_factory(tmp_path: Path):
    away = CliRunner().invoke(app, ["seed"], env={"FACTORYOS_HOME": str(tmp_path), "DATABASE_URL": ""})
    assert away.exit_code == 3


@pytest.mark.parametrize(
    "words",
    [("order",), ("order", "place"), ("order", "list"), ("order", "show"), ("job",), ("job", "show"),
     ("job", "explain"), ("seed",), ("demo",)],
    ids=" ".join,
)  # fmt: skip
def test_each_command_explains_itself_with_exit_codes(words: tuple[str, ...]):
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "Exit codes" in shown.stdout
