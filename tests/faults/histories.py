"""What Temporal remembers of a tenant: no problems, all closed well, and every history replays."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from models.connections.temporal import connect

_REPLAY = Path(__file__).with_name("replay.py")
_FINE = (WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.CONTINUED_AS_NEW)
_ROOT = _REPLAY.parents[2]


async def unsettled(tenant_id: UUID) -> str:
    """Tell how many workflows still run; nothing when none does."""
    try:
        client = await connect()
        running = (await client.count_workflows(f"TenantId = '{tenant_id}' AND ExecutionStatus = 'Running'")).count
    except (RuntimeError, RPCError) as away:
        return f"Temporal is away: {away}"
    return f"{running} workflows" if running else ""


async def problems(tenant_id: UUID) -> list[str]:
    """Return the workflows that report problems or have not come to a good end."""
    client = await connect()
    found = [
        f"{run.id} reports problems" async for run in client.list_workflows("TemporalReportedProblems IS NOT NULL")
    ]
    async for run in _runs(client, tenant_id):
        if run.status not in _FINE:
            found.append(f"{run.id} is {run.status.name if run.status else 'unknown'}")
        elif run.status is WorkflowExecutionStatus.COMPLETED:
            result = await client.get_workflow_handle(run.id, run_id=run.run_id).result()
            if result != "DONE":
                found.append(f"{run.id} ended with {result!r}")
    return found


async def save(tenant_id: UUID, folder: Path) -> Counter[str]:
    """Write every run's history to a folder; returns how many of what were written."""
    client = await connect()
    counts: Counter[str] = Counter()
    async for run in _runs(client, tenant_id):
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        await asyncio.to_thread((folder / f"{run.run_id}.json").write_text, history.to_json(), encoding="utf-8")
        counts[run.workflow_type] += 1
        counts["events"] += len(history.events)
        counts["renewed"] += run.status is WorkflowExecutionStatus.CONTINUED_AS_NEW
        for event in history.events:
            fallback = event.HasField("activity_task_scheduled_event_attributes") and run.workflow_type == "Job"
            counts["patient writes"] += fallback
            counts["quick writes"] += event.HasField("marker_recorded_event_attributes")
    return counts


async def _runs(client: Client, tenant_id: UUID) -> AsyncIterator[WorkflowExecution]:
    async for run in client.list_workflows(f"TenantId = '{tenant_id}'"):
        yield run


def replay(folder: Path, hash_seed: int, **environment: str) -> list[str]:
    """Replay every history of a folder in a process of its own with this hash seed; returns what differs."""
    done = subprocess.run(
        [sys.executable, str(_REPLAY), str(folder)], capture_output=True, text=True, check=False, cwd=_ROOT,
        env={**os.environ, **environment, "PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": str(hash_seed)},
    )  # fmt: skip
    words = [f"hash seed {hash_seed}: {line}" for line in done.stdout.splitlines()]
    return words if done.returncode == 0 else [*words, f"hash seed {hash_seed}: {done.stderr[-2000:]}"]
