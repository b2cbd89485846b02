"""Replays a folder of histories with today's workflows: `python replay.py FOLDER` prints one line per difference."""

import asyncio
import os
import sys
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.faults.short_runs import renew_early
from worker.build import WORKFLOWS, workflow_runner


async def main(folder: Path) -> None:
    replayer = Replayer(
        workflows=list(WORKFLOWS), data_converter=pydantic_data_converter, workflow_runner=workflow_runner()
    )
    for path in sorted(folder.glob("*.json")):  # noqa: ASYNC240 - nothing else runs here
        history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure is not None:
            sys.stdout.write(f"{path.stem}: {result.replay_failure!r}\n"[:1000])


if __name__ == "__main__":
    renew_early()
    asyncio.run(main(Path(sys.argv[1])))
    sys.stdout.flush()
    # Threads of the SDK may still be letting go of what they held, and a Python that takes itself apart dies of that.
    os._exit(0)
