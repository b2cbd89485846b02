"""`factoryos template`, and orders of what it published, against a real API on a real port."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli import app
from deploy.client import Access, ApiClient
from tests.factories import PASSWORD, Factory, make_tenant

FILE = """
product: {sku: LAMP, name: Lamp}
work_centers: {GLUE: {name: Gluing bench}}
parts: {SHADE: {name: Shade}}
steps:
  - {key: glue, name: Glue the shade, work_center: GLUE, run_min: 2, parts: {SHADE: 1}}
  - {key: pack, name: Pack, work_center: GLUE, after: [glue]}
"""


@pytest.fixture
def factory(address: str) -> Factory:  # noqa: ARG001 - the servers must run
    return make_tenant()


@pytest.fixture
def told(address: str, factory: Factory, tmp_path: Path) -> Callable[..., Result]:
    """Run `factoryos` as this factory's administrator."""

    def run(*words: str | Path, **environment: str) -> Result:
        there = {
            "FACTORYOS_URL": address, "FACTORYOS_USER": "admin", "FACTORYOS_PASSWORD": PASSWORD,
            "FACTORYOS_TENANT": factory.slug, "FACTORYOS_HOME": str(tmp_path), "COLUMNS": "120", **environment,
        }  # fmt: skip
        return CliRunner().invoke(app, list(map(str, words)), env=there)

    return run


@pytest.fixture
def draft(told: Callable[..., Result], tmp_path: Path) -> Path:
    """The file of a product, imported as the draft TPL-000001."""
    file = tmp_path / "lamp.yaml"
    file.write_text(FILE)
    assert told("import", "template", file, "--create-missing").exit_code == 0
    return file


def test_a_product_of_ones_own_is_refused_shown_and_published(told, draft):  # noqa: ARG001 - it must be there
    early = told("order", "place", "LAMP", "1", "--due", "2030-01-31")
    assert early.exit_code == 1
    assert "factoryos template publish TPL-000001" in early.stderr
    shown = told("template", "show", "tpl-000001").stdout
    assert "TPL-000001 (LAMP version 1), draft: Lamp" in shown
    assert [line.split()[0] for line in shown.splitlines() if "GLUE" in line] == ["glue", "pack"]
    assert "Publish it with: factoryos template publish TPL-000001" in shown
    published = told("template", "publish", "TPL-000001")
    assert published.exit_code == 0, published.output
    assert "factoryos order place LAMP" in published.stdout
    assert told("template", "publish", "TPL-000001").exit_code == 1
    assert "Publish" not in told("template", "show", "TPL-000001").stdout


def test_a_faulty_draft_says_each_fault_once(told, draft):
    draft.write_text(FILE.replace("[glue]", "[glue, glue]").replace("GLUE, after", "NOWHERE, after"))
    told("import", "template", draft)
    refused = told("template", "publish", "TPL-000001")
    assert refused.exit_code == 1
    assert refused.stderr.count("which is not known") == 1
    assert refused.stderr.count("lists the same predecessor twice") == 1
    shown = told("template", "show", "TPL-000001").stdout
    assert shown.count("Before publishing: ") == 2


def test_versions_are_cloned_compared_listed_and_retired(told, draft):
    told("template", "publish", "TPL-000001")
    cloned = told("template", "clone", "TPL-000001").stdout
    assert "Made draft TPL-000002 (LAMP version 2)" in cloned
    assert "nothing changed" in told("template", "diff", "TPL-000001", "TPL-000002").stdout
    text = told("template", "show", "TPL-000002", "--yaml").stdout
    new_step = "- {key: test, name: Test, work_center: GLUE, after: [glue]}\n"
    changed = text.replace("run_min: 2", "run_min: 3").replace("key: pack", "key: box") + new_step
    draft.write_text("title: Better\nnotes: new\n" + changed)
    assert "Updated draft TPL-000002" in told("import", "template", draft).stdout
    diff = told("template", "diff", "TPL-000001", "TPL-000002").stdout.splitlines()[1:]
    assert [line.strip() for line in diff] == [
        "title: Lamp → Better", "notes: changed", "step box: added", "step test: added", "step pack: removed",
        "step glue, run minutes: 2 → 3",
    ]  # fmt: skip
    told_json = json.loads(told("template", "diff", "TPL-000001", "TPL-000002", "--json").stdout)
    assert told_json["removed"] == ["pack"]
    listed = told("template", "list", "--product", "LAMP").stdout
    assert [line.split()[:2] for line in listed.splitlines()[2:]] == [
        ["TPL-000002", "draft"], ["TPL-000001", "published"],
    ]  # fmt: skip
    assert "Retired TPL-000001" in told("template", "retire", "TPL-000001").stdout
    retired = json.loads(told("template", "list", "--status", "retired", "--json").stdout)
    assert [each["code"] for each in retired] == ["TPL-000001"]
    by_id = json.loads(told("template", "show", retired[0]["id"], "--json").stdout)
    assert len(by_id["document"]["steps"]) == 2
    assert told("template", "list", "--search", "nonsense").stdout.strip() == "There are no such templates."


def test_somebody_who_may_order_but_not_read_templates_hears_the_refusal_itself(told, draft, factory):  # noqa: ARG001 - it must be there
    refused = told("order", "place", "LAMP", "1", "--due", "2030-01-31", FACTORYOS_USER="customer")
    assert refused.exit_code == 1
    assert "template publish" not in refused.stderr


def test_a_template_that_is_not_there_is_refused(told):
    for words in (("show",), ("publish",), ("retire",), ("clone",), ("diff", "TPL-1")):
        for which in ("TPL-9", str(uuid4())):
            refused = told("template", *words, which)
            assert refused.exit_code == 1, words
            assert refused.stderr, words


def test_long_keys_give_way_before_a_work_centre_does(told, address, factory):
    key = "k" * 60
    document: dict[str, Any] = {
        "product": "LAMP", "title": "Lamp", "steps": [{"key": key, "name": "Long " * 20, "work_center": "W"}],
    }  # fmt: skip
    with ApiClient(Access(address, "admin", PASSWORD, factory.slug)) as api:
        api.post("/products", dict, {"sku": "LAMP", "name": "Lamp"})
        api.post("/templates", dict, document)
    shown = told("template", "show", "TPL-000001", COLUMNS="80").stdout.splitlines()
    assert max(map(len, shown[:5])) <= 80
    assert "W" in shown[4].split()


@pytest.mark.parametrize("words", [(), ("list",), ("show",), ("publish",), ("retire",), ("clone",), ("diff",)], ids=str)
def test_each_command_explains_itself_with_exit_codes(words: tuple[str, ...]):
    shown = CliRunner().invoke(app, ["template", *words, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "Exit codes" in shown.stdout
    assert not words or "Example" in shown.stdout
