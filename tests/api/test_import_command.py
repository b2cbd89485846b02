"""`factoryos import` against a real API on a real port."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli import app
from deploy.client import Access, ApiClient, ApiRefused, NoLogIn
from deploy.stack.plan import Plan
from models.messages.catalog import PartView
from tests.factories import PASSWORD, Factory, make_tenant

KIT = Path(__file__).parent.parent / "engine" / "boms" / "kit.csv"
COSTED = KIT.with_name("costed.csv")


@pytest.fixture(scope="module")
def factory(servers: Plan) -> Factory:  # noqa: ARG001 - the servers must run
    return make_tenant()


@pytest.fixture
def told(address: str, factory: Factory, tmp_path: Path) -> Callable[..., Result]:
    """Run `factoryos import` as this factory's administrator."""

    def run(*words: str | Path, answer: str = "", **environment: str) -> Result:
        there = {
            "FACTORYOS_URL": address,
            "FACTORYOS_USER": "admin",
            "FACTORYOS_PASSWORD": PASSWORD,
            "FACTORYOS_TENANT": factory.slug,
            "FACTORYOS_HOME": str(tmp_path),
            "COLUMNS": "200",
            **environment,
        }
        return CliRunner().invoke(app, ["import", *map(str, words)], input=answer, env=there)

    return run


def parts(address: str, factory: Factory) -> list[str]:
    with ApiClient(Access(address, "admin", PASSWORD, factory.slug)) as api:
        return [part.sku for part in api.pages("/parts", PartView, limit="2")]


def test_a_list_that_cannot_be_taken_whole_is_refused_with_its_reasons(told, address, factory):
    answer = told("bom", KIT, "--parent", "KIT", "--yes")
    assert answer.exit_code == 1
    assert "There is no quantity" in answer.output
    assert "--skip-refused" in answer.output
    assert "KIT" not in parts(address, factory)


def test_a_dry_run_shows_the_columns_and_writes_nothing(told, address, factory):
    answer = told("bom", COSTED, "--parent", "DRY", "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert "unit_cost" in answer.output
    assert "total 134.23 USD (the file says 134.23)" in answer.output
    assert "DRY" not in parts(address, factory)


def test_an_import_asks_first_and_reports_what_it_did(told, address, factory):
    assert told("bom", KIT, "--parent", "ASKED", "--skip-refused", answer="n\n").exit_code == 1
    assert "ASKED" not in parts(address, factory)
    answer = told("bom", KIT, "--parent", "ASKED", "--name", "Kit", "--skip-refused", answer="y\n")
    assert answer.exit_code == 0, answer.output
    assert "ASKED: 7 lines new" in answer.output
    assert "Left out line 8" in answer.output
    again = told("bom", KIT, "--parent", "ASKED", "--skip-refused", "--yes")
    assert "7 as before" in again.output
    assert {"ASKED", "FRAME", "PLA-FILAMENT"} <= set(parts(address, factory))


def test_a_long_file_is_sent_whole(told, tmp_path):
    long = tmp_path / "long.csv"
    long.write_text("Name,Qty,Notes\n" + "".join(f"Part {count},1,{'word ' * 60}\n" for count in range(800)))
    answer = told("bom", long, "--parent", "LONG", "--yes")
    assert answer.exit_code == 0, answer.output
    assert "800 lines new" in answer.output


def test_columns_are_corrected_from_the_command_line(told, tmp_path):
    odd = tmp_path / "odd.csv"
    odd.write_text("Thing;Need;Have\nMotor;2,5;9\n")
    assert told("bom", odd, "--parent", "ODD", "--dry-run").exit_code == 1
    answer = told(
        "bom", odd, "--parent", "ODD", "--map", "name=Thing", "--map", "quantity=2", "--map", "note=", "--decimal", ",",
        "--default-uom", "m", "--yes",
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize("wrong", [("--map", "colour=3"), ("--map", "name"), ("--decimal", ";")])
def test_wrong_options_are_wrong_usage(told, wrong):
    assert told("bom", COSTED, "--parent", "A", *wrong).exit_code == 2


def test_a_missing_file_or_parent_is_wrong_usage(told):
    assert told("bom", "no-such.csv", "--parent", "A").exit_code == 2
    assert told("bom", COSTED).exit_code == 2


def test_the_servers_refusal_is_printed_for_a_person(told, tmp_path):
    wrong = told("bom", COSTED, "--parent", "no spaces")
    assert wrong.exit_code == 1
    assert "/parent" in wrong.output
    picture = tmp_path / "bom.png"
    picture.write_bytes(b"\x89PNG\r\n")
    assert "This is a picture" in told("bom", picture, "--parent", "A").output
    assert told("bom", COSTED, "--parent", "A", FACTORYOS_PASSWORD="wrong").exit_code == 1


def test_a_server_that_is_away_is_its_own_exit_code(told):
    assert told("bom", COSTED, "--parent", "A", "--url", "http://127.0.0.1:9").exit_code == 3
    assert told("bom", COSTED, "--parent", "A", "--url", "nonsense").exit_code == 3


def test_without_an_address_the_local_stack_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("FACTORYOS_HOME", str(tmp_path))
    with pytest.raises(NoLogIn, match="does not run here"):
        Access.found()
    with pytest.raises(NoLogIn, match="Say as whom"):
        Access.found("http://there/")
    (tmp_path / "log_ins.json").write_text(json.dumps([{"user": "admin", "password": "x", "role": "all"}]))
    assert Access.found("http://there/") == Access("http://there", "admin", "x")


def test_a_template_comes_in_as_a_draft(told, tmp_path, address, factory):
    document = {"product": "BENCH", "title": "Bench", "steps": [{"key": "saw", "name": "Saw", "work_center": "WOOD"}]}
    with ApiClient(Access(address, "admin", PASSWORD, factory.slug)) as api:
        api.post("/products", dict, {"sku": "BENCH", "name": "Bench"})
        api.post("/work-centers", dict, {"code": "WOOD", "name": "Wood shop"})
        made = api.post("/templates", dict, document)
        with pytest.raises(ApiRefused) as refused:
            api.post("/templates", dict, {"product": "BENCH"})
    assert any(line.startswith("/title") for line in refused.value.lines())
    exported = httpx2.get(f"{address}/api/v1/templates/{made['id']}/export", headers=factory.headers(), timeout=60)
    file = tmp_path / "bench.yaml"
    file.write_bytes(exported.content)
    shown = told("template", file, "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert f"Nothing new in draft {made['code']} (BENCH version 1)" in shown.output
    fresh = tmp_path / "fresh.yaml"
    fresh.write_bytes(exported.content.replace(b"WOOD", b"METAL"))
    lacking = told("template", fresh)
    assert "Before publishing: Step 'saw' runs at work centre 'METAL', which is not known." in lacking.output
    assert "are added by --create-missing" in lacking.output
    assert "New work centres: METAL" in told("template", fresh, "--create-missing").output
    fresh.write_bytes(exported.content.replace(b"Saw", b"Saw the planks"))
    saved = told("template", fresh)
    assert f"Updated draft {made['code']}" in saved.output
    assert f"Publish it with: factoryos template publish {made['code']}" in saved.output


def test_what_is_wrong_with_a_file_is_said_line_by_line_and_once(told, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    step = "{key: a, name: A, work_center: W, run_minutes: 1, after: [b]}"
    wrong.write_text(f"product: {{sku: NEW, name: New}}\nsteps: [{step}]\n")
    refused = told("template", wrong, COLUMNS="1000").stderr.splitlines()
    assert refused[0] == "Refused: The template file cannot be taken:"
    assert "did you mean 'run_min'?" in refused[1]
    assert "after 'b', which is not a step" in refused[2]
    wrong.write_text(wrong.read_text().replace("run_minutes", "run_min").replace("[b]", "[]"))
    lacking = told("template", wrong).stderr
    assert lacking.count("NEW") == 1
    assert "--create-missing" in lacking


def test_counts_and_sums_read_well(told, tmp_path):
    short = tmp_path / "short.csv"
    short.write_text("Name,Qty\nSocket,2\nPlug,\n")
    shown = told("bom", short, "--parent", "SHORT", "--dry-run", "--skip-refused").output
    assert "1 row not taken" in shown
    assert "1 line; parts: 1 create; 0 lines would go; total 0." in shown


def test_a_file_that_is_no_template_is_refused(told, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("{[")
    assert told("template", broken).exit_code == 1
    broken.write_bytes(b"\xff\xfe\xff")
    assert told("template", broken).exit_code == 2
