"""A job of thousands of steps: it runs to its end in batches, in bounded runs and payloads, and can be read."""

import time

from temporalio.client import Client

from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from deploy.bench.histories import trace
from workflows.options import EVENTS_PER_RUN

_LANES = 25  # started and completed together: the fifty commands a request may carry
_LARGEST_PAYLOAD = 256 * 1024
_KIB = 1024


async def measure(factory: Factory, client: Client, steps: int) -> list[Figure]:
    """Return time, runs, events and sizes of one long job."""
    name = f"{steps:,} steps"
    (job,) = await factory.order(factory.publish(_LANES, steps // _LANES), 1)
    work_orders = await factory.work_orders(job)
    async with factory.tablet() as tablet:
        began = time.perf_counter()
        for start in range(0, len(work_orders), _LANES):
            lane = work_orders[start : start + _LANES]
            await tablet.together([(each, action) for action in ("start", "complete") for each in lane])
        seconds = time.perf_counter() - began
        await factory.ended([job])
        began = time.perf_counter()
        page = await tablet.get(f"/jobs/{job}")
        reading = time.perf_counter() - began
    left = await trace(client, factory.actor.tenant_id, job)
    commands = 2 * len(work_orders)
    renewed = 2 if left.events > EVENTS_PER_RUN else None
    return [
        Figure("long job", f"{name} to the end", seconds, "s", note=f"{commands / seconds:.0f} commands/s"),
        Figure("long job", "runs", len(left.runs), at_least=renewed, note=f"{left.events} events in all"),
        Figure("long job", "largest event", left.biggest_event / _KIB, "KiB", at_most=_LARGEST_PAYLOAD / _KIB),
        Figure("long job", "GET /jobs/{id}", reading * 1000, "ms", note=f"{len(page) / _KIB:,.0f} KiB"),
    ]
