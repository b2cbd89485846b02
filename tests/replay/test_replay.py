"""Every history kept here is understood by today's workflows, whatever order Python's sets happen to have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.replay.recording import recorded

HOUSE = Path(__file__).parents[2]
# Ends without waiting for the SDK's threads: one may still let go of what it held, and Python dies of that at its end.
REPLAY_ALL = """
import asyncio, os
from tests.replay.recording import recorded, replayer
for history in recorded():
    asyncio.run(replayer().replay_workflow(history))
os._exit(0)
"""


def test_there_are_histories_of_each_kind() -> None:
    assert {history.workflow_id for history in recorded()} >= {
        "made",
        "reworked",
        "held_and_cancelled",
        "order_of_three",
    }


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_histories_replay_under_any_hash_seed(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-W", "error", "-c", REPLAY_ALL]
    done = subprocess.run(command, env=environment, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
