"""What every storm must leave behind. FACTORYOS_STORM_KILLS and FACTORYOS_STORM_SEED ask for another storm."""

import asyncio
import os
from pathlib import Path
from random import SystemRandom

import pytest

from tests.faults import histories
from tests.faults.brains import disagreements
from tests.faults.checks import applied_count, violations
from tests.faults.storm import Storm

KILLS = int(os.environ.get("FACTORYOS_STORM_KILLS", "12"))
SEED = int(os.environ.get("FACTORYOS_STORM_SEED", "0")) or SystemRandom().randrange(1, 1 << 32)
HASH_SEEDS = (1, 2, 3)
MARKS = [pytest.mark.faults, pytest.mark.timeout(600 + 20 * KILLS)]
_LEAST_COMMANDS = 17  # per job: nine steps are started and completed, and one of them may be skipped
# Per job, of six to be expected. The share of all commands says little: the longer several people wait for the same
# step, the more of what they send is a start that comes too late, and fewer of those are doubled.
_LEAST_DOUBLED = 3


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
    assert storm.book.doubled >= _LEAST_DOUBLED * storm.jobs, f"only {storm.book.doubled} were sent twice"
