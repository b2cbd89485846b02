"""Histories of jobs that really ran, kept so that every later version can prove that it still understands them."""

import os
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from worker.build import WORKFLOWS, workflow_runner

HISTORIES = Path(__file__).parent / "histories"


def replayer() -> Replayer:
    """The replayer, put together as the worker is."""
    return Replayer(
        workflows=list(WORKFLOWS), workflow_runner=workflow_runner(), data_converter=pydantic_data_converter
    )


async def replays(handle: WorkflowHandle[Any, Any], name: str) -> None:
    """Replay what a workflow did; with RECORD_HISTORIES set, keep it under this name."""
    history = await handle.fetch_history()
    await replayer().replay_workflow(history)
    if os.environ.get("RECORD_HISTORIES"):
        HISTORIES.mkdir(exist_ok=True)
        (HISTORIES / f"{name}.json").write_text(history.to_json(), encoding="utf-8")


def recorded() -> list[WorkflowHistory]:
    """Every history there is, by file name."""
    return [
        WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(HISTORIES.glob("*.json"))
    ]
