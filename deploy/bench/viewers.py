"""A hundred screens on one API process: how old what they show is, while people work."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median, quantiles

from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from deploy.bench.taps import Tablet

VIEWERS, _TAPS_APART = 100, 0.5
_THROTTLE = 1.0  # as api/assets/js/parts/live.js has it: a screen asks this often at most
_PATIENCE = 30.0


@dataclass
class _Screen:
    """One open dashboard: a stream that says that something happened, and fetches of what is shown."""

    stream: Tablet
    fetches: Tablet
    events: list[float] = field(default_factory=list)
    fetched: list[tuple[float, float]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Follow the stream until cancelled."""
        async for line in self.stream.stream("/api/v1/live"):
            if line.startswith((b"id:", b"event: tick")):
                self.asked.set()
            if line.startswith(b"id:"):
                self.events.append(time.perf_counter())

    async def show(self) -> None:
        """Fetch what is shown after each sign of the stream, at most so often, until cancelled."""
        while True:
            await self.asked.wait()
            self.asked.clear()
            began = time.perf_counter()
            await self.fetches.page("/dashboard/widgets")
            self.fetched.append((began, time.perf_counter()))
            await asyncio.sleep(max(0.0, began + _THROTTLE - time.perf_counter()))

    def age(self, tap: float) -> float | None:
        """Return after how many seconds the screen showed a tap; None where it never did."""
        heard = next((at for at in self.events if at >= tap), None)
        return next((end - tap for began, end in self.fetched if heard is not None and began >= heard), None)


async def measure(factory: Factory, taps: int) -> list[Figure]:
    """Return how long after a tap's answer a hundred dashboards showed it."""
    (job,) = await factory.order(factory.publish(taps, 1), 1)
    work_orders = (await factory.work_orders(job))[:taps]
    screens = [_Screen(factory.tablet(), factory.tablet()) for _ in range(VIEWERS)]
    running = [asyncio.create_task(work) for screen in screens for work in (screen.listen(), screen.show())]
    told: list[float] = []
    async with factory.tablet() as tablet:
        await _until(lambda: all(screen.fetched for screen in screens))
        for work_order in work_orders:
            # From before the tap: its event may reach a screen before its answer reaches us.
            told.append(time.perf_counter())
            await tablet.act(work_order, "start")
            await asyncio.sleep(_TAPS_APART)
    with suppress(TimeoutError):
        await _until(lambda: all(screen.age(told[-1]) is not None for screen in screens))
    await _ended(running)
    ages = [screen.age(tap) for screen in screens for tap in told]
    shown = sorted(age for age in ages if age is not None)
    p95, worst = quantiles(shown, n=20, method="inclusive")[-1], shown[-1]
    note = f"{len(told)} taps, {VIEWERS} screens: median {median(shown):.2f} s, longest {worst:.2f} s"
    return [
        Figure("viewers", f"a tap shown on {VIEWERS} dashboards, 95 of 100 within", p95, "s", at_most=2, note=note),
        Figure("viewers", "taps that a screen never showed", len(ages) - len(shown), at_most=0),
    ]


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not holds():  # noqa: ASYNC110 - the event happens in another process
            await asyncio.sleep(0.05)


async def _ended(running: list[asyncio.Task[None]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
