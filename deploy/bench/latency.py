"""Nothing queued: how long one `complete` takes through HTTP, against a bare Update that only records."""

import time
from collections.abc import Awaitable
from statistics import median, quantiles

from temporalio.client import Client

from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from deploy.bench.throughput import start_floor

_WARM_UP = 10


async def measure(factory: Factory, client: Client, blocks: int, per_block: int) -> list[Figure]:
    """Return the ratio of the two p95, and both in milliseconds; every `complete` is followed by one bare Update."""
    (bare,) = await start_floor(client, 1)
    product = factory.publish(1, _WARM_UP + blocks * per_block)
    (job,) = await factory.order(product, 1)
    work_orders = iter(await factory.work_orders(job))
    ours: list[list[float]] = []
    floor: list[list[float]] = []
    async with factory.tablet() as tablet:
        for size in (_WARM_UP, *[per_block] * blocks):
            ours.append([])
            floor.append([])
            for _ in range(size):
                work_order = next(work_orders)
                await tablet.act(work_order, "start")
                ours[-1].append(await milliseconds(tablet.act(work_order, "complete")))
                floor[-1].append(await milliseconds(bare.execute_update("record")))
    ratio = median(p95(mine) / p95(theirs) for mine, theirs in zip(ours[1:], floor[1:], strict=True))
    all_ours, all_floor = ([each for block in blocks for each in block] for blocks in (ours[1:], floor[1:]))
    note = (
        f"p50/p95 ms: complete {median(all_ours):.0f}/{p95(all_ours):.0f}, "
        f"bare {median(all_floor):.0f}/{p95(all_floor):.0f}"
    )
    return [Figure("latency", "p95 of complete ÷ p95 of a record-only Update", ratio, "x", at_most=2, note=note)]


async def milliseconds(work: Awaitable[object]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


def p95(values: list[float]) -> float:
    """Return what 95 of 100 values do not exceed."""
    return quantiles(values, n=20, method="inclusive")[-1]
