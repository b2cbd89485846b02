"""The floor: what the bare SDK does with one message per step on the same server. Run as a module it is its worker."""

import asyncio
import signal
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

TASK_QUEUE = "bench-floor"
WORKFLOW = "BenchFloor"
_TIMEOUT = timedelta(seconds=10)


@activity.defn(name="bench.nothing")
async def nothing() -> None:
    """Do nothing, as a regular activity."""


@workflow.defn(name=WORKFLOW)
class Floor:
    """Takes messages until told to stop."""

    def __init__(self) -> None:
        self._recorded = 0
        self._stopped = False

    @workflow.run
    async def run(self) -> int:
        """Wait for the end."""
        await workflow.wait_condition(lambda: self._stopped)
        return self._recorded

    @workflow.update
    async def step(self) -> int:
        """Do one step the plain way: a regular activity, then the answer."""
        await workflow.execute_activity(nothing, start_to_close_timeout=_TIMEOUT)
        self._recorded += 1
        return self._recorded

    @workflow.update
    async def record(self) -> int:
        """Only note that it happened."""
        self._recorded += 1
        return self._recorded

    @workflow.signal
    def stop(self) -> None:
        """End the workflow."""
        self._stopped = True


async def work(address: str, namespace: str) -> None:
    """Run a worker with the SDK's own settings until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await Client.connect(address, namespace=namespace)
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[Floor], activities=[nothing]):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:3]))
