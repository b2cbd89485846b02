"""`factoryos audit verify` against real databases."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli import app
from models.connections.postgres import dispose
from tests.activities.test_audit_chain import change, logs, trail
from tests.factories import Factory
from tests.working import environment

__all__ = ["trail"]


@pytest.fixture
def verified() -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(app, ["audit", "verify", *words], env={"COLUMNS": "200"})


def test_a_sound_trail_ends_with_zero(trail: Factory, verified: Callable[..., Result]) -> None:
    said = verified("--tenant", trail.slug)
    assert said.exit_code == 0, said.output
    assert said.stdout == f"{trail.slug}: sound. 10 entries looked at, from number 1 to 10.\n"


def test_every_thing_that_is_wrong_is_said_with_number_and_time(
    trail: Factory, verified: Callable[..., Result]
) -> None:
    change(trail, 2, action="forged")
    logs().delete_many({"tenant_id": str(trail.id), "seq": {"$in": [4, 5, 9, 10]}})
    logs().insert_one({"_id": f"forged {trail.id}", "tenant_id": str(trail.id), "action": "x"})
    said = verified("--tenant", trail.slug)
    assert said.exit_code == 1
    lines = said.stdout.splitlines()
    assert lines[0] == f"{trail.slug}: NOT SOUND. 6 entries looked at, from number 1 to 10."
    assert lines[1].startswith("  Entry 2: edited (20")
    assert lines[2].startswith("  Entries 4 to 5: removed (between 20")
    assert lines[3].startswith("  Entries 9 to 10: cut off from the end (after 20")
    assert lines[4] == "  Entries without a possible place in the chain: put in by another hand."
    assert lines[5].startswith("  Unchained: 1, ")


def test_programs_are_told_in_json(trail: Factory, other_tenant: Factory, verified: Callable[..., Result]) -> None:
    change(trail, 2, action="forged")
    said = verified("--json")
    assert said.exit_code == 1
    found = {one["tenant"]: one for one in json.loads(said.stdout)}
    assert found[other_tenant.slug]["sound"] is True
    assert [one["fault"] for one in found[trail.slug]["findings"]] == ["edited"]


def test_an_unknown_factory_is_wrong_usage(trail: Factory, verified: Callable[..., Result]) -> None:
    assert trail
    said = verified("--tenant", "nobody")
    assert said.exit_code == 2
    assert "nobody" in said.output


def test_a_database_that_is_away_is_told_apart_from_a_broken_trail(
    trail: Factory, verified: Callable[..., Result]
) -> None:
    with environment(DATABASE_URL="postgresql://factoryos_app:x@127.0.0.1:1/factoryos"):
        dispose()
        said = verified("--tenant", trail.slug)
        dispose()
    assert said.exit_code == 3, said.output
    assert "does not answer" in said.output
