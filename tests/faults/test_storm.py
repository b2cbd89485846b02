"""Everything is killed while twenty jobs run. FACTORYOS_STORM_KILLS and FACTORYOS_STORM_SEED ask for another storm."""

import asyncio
import os
from pathlib import Path
from random import SystemRandom

import psycopg
import pytest

from tests.faults import histories
from tests.faults.brains import disagreements
from tests.faults.careless_worker import UNIQUE
from tests.faults.checks import applied_count, violations
from tests.faults.product import Product, running_product
from tests.faults.storm import JOBS, Storm

KILLS = int(os.environ.get("FACTORYOS_STORM_KILLS", "12"))
SEED = int(os.environ.get("FACTORYOS_STORM_SEED", "0")) or SystemRandom().randrange(1, 1 << 32)
HASH_SEEDS = (1, 2, 3)
_LEAST_COMMANDS = 17  # per job: nine steps are started and completed, and one of them may be skipped
_SHORT_RUNS = {"FAULTS_EVENTS_PER_RUN": "60", "FAULTS_ANSWER_SECONDS": "0.02"}

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240 + 20 * KILLS)]


def survived(storm: Storm, folder: Path, **environment: str) -> None:
    """Assert that nothing was lost, doubled or stuck, and that the storm was one."""
    counts = asyncio.run(histories.save(storm.shop.tenant_id, folder))
    found = violations(storm) + disagreements(storm.shop.tenant_id)
    found += asyncio.run(histories.problems(storm.shop.tenant_id))
    for hash_seed in HASH_SEEDS:
        found += histories.replay(folder, hash_seed, **environment)
    applied = applied_count(storm)
    print(f"\n{storm}\n{applied} applied; Temporal: {dict(counts)}; {len(found)} violations")  # noqa: T201
    assert not found, "\n".join([str(storm), storm.product.words()[-1500:], *found])
    assert applied >= _LEAST_COMMANDS * storm.jobs, f"only {applied} commands took effect: this was no storm ({storm})"
    kills = storm.killed.total() - storm.killed["frozen"]
    assert kills == KILLS, f"only {storm.killed} were hit"
    assert counts["Job"] >= storm.jobs, counts
    assert storm.book.doubled >= 0.2 * len(storm.book.sent), f"only {storm.book.doubled} were sent twice"


def test_nothing_is_lost_doubled_or_stuck_when_everything_is_killed(tmp_path):
    with running_product() as product:
        survived(Storm(product, SEED, KILLS).rage(), tmp_path)


def test_nothing_is_lost_with_a_cold_cache_slow_answers_and_short_runs(tmp_path):
    # Without a cache a quick write is lost with every eviction, and tried again when its workflow task times out.
    with running_product("slow_worker.py", FACTORYOS_CACHED_WORKFLOWS="0", **_SHORT_RUNS) as product:
        survived(Storm(product, SEED, KILLS, jobs=JOBS // 2).rage(), tmp_path, **_SHORT_RUNS)


def test_without_idempotency_the_same_storm_finds_errors():
    with running_product("careless_worker.py", FAULTS_ANSWER_SECONDS="0.5") as product:
        _drop_unique_constraints(product)
        victims = {"worker-1": 1, "worker-2": 1}
        storm = Storm(product, SEED, max(KILLS, 12), 0, settle_seconds=25, victims=victims).rage()
        found = violations(storm)
        print(f"\n{storm}\n{len(found)} violations: " + "\n".join(found[:20]))  # noqa: T201
        assert any("facts" in words for words in found), f"the checks found no doubled fact: {found} ({storm})"


def _drop_unique_constraints(product: Product) -> None:
    with psycopg.connect(product.environment["DATABASE_OWNER_URL"]) as owner:
        for statement in UNIQUE:
            owner.execute(statement)
