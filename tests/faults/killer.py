"""Kills the product's processes at random; now and then a worker stands still for longer than a write may take."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from signal import SIGCONT

from tests.faults.product import Product

_VICTIMS = {"worker-1": 3, "worker-2": 3, "api": 2, "temporal": 2, "postgresql": 2, "mongodb": 1}
_FROZEN_SECONDS = (
    12.0  # longer than an activity's ten seconds and a workflow task's ten: what it wakes up to is history
)
_TICK = 0.1


@dataclass
class Killer:
    """A seeded plan of kills; `done` counts those that hit a living process.

    Between them is a random pause, or `moment`: what is waited for before each. Then all victims are struck together,
    for nobody can tell whose moment it was. It ends early once there was `enough`.
    """

    product: Product
    random: Random
    kills: int
    freezes: int = 1
    moment: Callable[[], Awaitable[None]] | None = None
    enough: Callable[[], Awaitable[bool]] | None = None
    pause: tuple[float, float] = (0.3, 2.5)
    victims: dict[str, int] = field(default_factory=lambda: dict(_VICTIMS))
    done: Counter[str] = field(default_factory=Counter)
    frozen: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Kill as many as planned, the freezes spread among them."""
        when = set(self.random.sample(range(self.kills), min(self.freezes, self.kills)))
        frozen: list[asyncio.Task[None]] = []
        for number in range(self.kills):
            if self.enough and await self.enough():
                break
            await (self.moment() if self.moment else asyncio.sleep(self.random.uniform(*self.pause)))
            if number in when and not self.frozen:
                self.frozen.append(self.random.choice(("worker-1", "worker-2")))
                frozen.append(asyncio.create_task(self._freeze(self.frozen[0])))
            awake = {name: weight for name, weight in self.victims.items() if name not in self.frozen}
            one = self.random.choices(list(awake), list(awake.values()))
            await asyncio.gather(*(self._kill(name) for name in (awake if self.moment else one)))
        await asyncio.gather(*frozen)

    async def _kill(self, name: str) -> None:
        """Kill one, once it lives."""
        while not await asyncio.to_thread(self.product.kill, name):  # noqa: ASYNC110 - another process lives or not
            await asyncio.sleep(_TICK)
        self.done[name] += 1

    async def _freeze(self, name: str) -> None:
        process = await asyncio.to_thread(self.product.freeze, name)
        await asyncio.sleep(_FROZEN_SECONDS)
        self.done["frozen"] += process.alive
        process.send(SIGCONT)
        self.frozen.remove(name)
