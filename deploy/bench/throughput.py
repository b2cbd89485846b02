"""Fifty jobs in flight: commands per second through the whole product against the bare SDK's steps per second."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from deploy.bench.floor import TASK_QUEUE, WORKFLOW

IN_FLIGHT = 50
_LANES = 5
_PRODUCTS = 10
Crew = Sequence[Callable[[], Awaitable[int]]]


@dataclass(frozen=True)
class Effort:
    """How long to measure: seconds per slice, and pairs of slices."""

    seconds: float
    pairs: int


class _Line:
    """One job of one lane, worked tap by tap: start, complete, start the next."""

    def __init__(self, factory: Factory, work_orders: list[str]) -> None:
        self._tablet = factory.tablet()
        self._taps = [(each, action) for each in work_orders for action in ("start", "complete")]

    async def __call__(self) -> int:
        await self._tablet.act(*self._taps.pop(0))
        return 1


class _Lanes:
    """One job of several lanes, whose ready work orders are started and finished together."""

    def __init__(self, factory: Factory, work_orders: list[str]) -> None:
        self._tablet, self._left = factory.tablet(), work_orders

    async def __call__(self) -> int:
        row, self._left = self._left[:_LANES], self._left[_LANES:]
        taps = [(each, action) for action in ("start", "complete") for each in row]
        return len(await self._tablet.together(taps))


async def measure(factory: Factory, client: Client, effort: Effort) -> list[Figure]:
    """Return the ratios of single and of batched commands to the floor, and the rates themselves."""
    floor = [_floor_step(handle) for handle in await start_floor(client, IN_FLIGHT)]
    single = await _crew(factory, (1, 50), _Line)
    batched = await _crew(factory, (_LANES, 30), _Lanes)
    for crew in (floor, single, batched):
        await _rate(crew, effort.seconds / 2)
    rates: dict[str, list[float]] = {"floor": [], "single": [], "batched": []}
    for _ in range(effort.pairs):
        rates["floor"].append(await _rate(floor, effort.seconds))
        rates["single"].append(await _rate(single, effort.seconds))
        rates["batched"].append(await _rate(batched, effort.seconds))
    return _figures(rates)


def _figures(rates: dict[str, list[float]]) -> list[Figure]:
    floors = rates["floor"]

    def ratio(name: str) -> float:
        return median(rate / floor for rate, floor in zip(rates[name], floors, strict=True))

    def told(name: str) -> str:
        return f"{median(rates[name]):.0f}/s against {median(floors):.0f}/s"

    name = "throughput"
    return [
        Figure(
            name, "one command per request ÷ bare Update + activity", ratio("single"), "x", 0.8, note=told("single")
        ),
        Figure(name, "ten commands per request ÷ bare Update + activity", ratio("batched"), "x", note=told("batched")),
    ]


async def start_floor(client: Client, count: int) -> list[WorkflowHandle[object, object]]:
    """Start bare workflows and wait until each has answered once."""
    handles = [
        await client.start_workflow(WORKFLOW, id=f"bench-floor-{uuid4()}", task_queue=TASK_QUEUE) for _ in range(count)
    ]
    await asyncio.gather(*(handle.execute_update("record") for handle in handles))
    return handles


def _floor_step(handle: WorkflowHandle[object, object]) -> Callable[[], Awaitable[int]]:
    async def step() -> int:
        await handle.execute_update("step")
        return 1

    return step


async def _crew(factory: Factory, shape: tuple[int, int], worker: type[_Line | _Lanes]) -> Crew:
    """Start the jobs of several products, so that not all need the same part at the same moment."""
    crew: list[_Line | _Lanes] = []
    for variant in range(_PRODUCTS):
        product = factory.publish(*shape, variant)
        jobs = await factory.order(product, IN_FLIGHT // _PRODUCTS)
        crew += [worker(factory, await factory.work_orders(job)) for job in jobs]
    return crew


async def _rate(crew: Crew, seconds: float) -> float:
    """Return what a crew gets done per second; what was begun at the end is finished and counted."""
    began = time.perf_counter()

    async def work(act: Callable[[], Awaitable[int]]) -> int:
        done = 0
        while time.perf_counter() - began < seconds:
            done += await act()
        return done

    done = sum(await asyncio.gather(*(work(act) for act in crew)))
    return done / (time.perf_counter() - began)
