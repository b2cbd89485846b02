"""A technician who takes what can be done, taps twice, races colleagues and sometimes works from an offline tablet."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

from tests.faults.hands import Hands
from tests.faults.workshop import GATE

_TWICE, _QUEUED, _RIVAL, _PAUSE, _REPORT, _SKIP, _REJECT = 0.35, 0.12, 0.25, 0.08, 0.12, 0.5, 0.3
_LOOK_AGAIN_SECONDS = 0.05


class Technician:
    """One pair of hands with a mind; chance comes from the storm's seed."""

    def __init__(self, hands: Hands, manager: Hands, rivals: Sequence[Hands], random: Random) -> None:
        self._hands, self._manager, self._rivals, self._random = hands, manager, rivals, random

    async def work(self, open_jobs: list[str], over: asyncio.Event) -> None:
        """Work on any open job until all is over."""
        while not over.is_set():
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            if open_jobs:
                job = await self._hands.get(f"/jobs/{self._random.choice(open_jobs)}")
                await self._do_something(job.get("steps", []))

    async def _do_something(self, steps: list[dict[str, Any]]) -> None:
        me = self._hands.actor.display_name
        ready = [step for step in steps if step["state"] == "READY" and step["assignee"] in (None, me)]
        mine = [step for step in steps if step["state"] in ("IN_PROGRESS", "PAUSED") and step["assignee"] == me]
        if mine:
            await self._go_on(self._random.choice(mine))
        elif ready:
            await self._begin(self._random.choice(ready))

    async def _begin(self, step: dict[str, Any]) -> None:
        if step["optional"] and step["attempt"] == 1 and self._random.random() < _SKIP:
            await self._tap(step, "skip", {"reason": "not ordered"}, self._manager)
        elif self._rivals and self._random.random() < _RIVAL:
            rival = self._random.choice(self._rivals)
            await asyncio.gather(
                self._hands.act(step["work_order_id"], "start", {}, self._key()),
                rival.act(step["work_order_id"], "start", {}, self._key()),
            )
        else:
            await self._tap(step, "start", {})

    async def _go_on(self, step: dict[str, Any]) -> None:
        chance = self._random.random()
        if step["state"] == "PAUSED":
            await self._tap(step, "resume", {})
        elif chance < _PAUSE:
            await self._tap(step, "pause", {"reason": "lunch"})
        elif chance < _PAUSE + _REPORT and self._left(step) > 1:
            await self._tap(step, "report", {"good": 1, **self._measured(step)})
        else:
            await self._tap(step, "complete", self._completion(step))

    def _completion(self, step: dict[str, Any]) -> dict[str, Any]:
        left = self._left(step)
        bad = step["step_key"] == GATE and step["attempt"] == 1 and left >= 1 and self._random.random() < _REJECT
        if bad:
            return {"good": left - 1, "rejected": 1, "reason": "flickers", **self._measured(step)}
        return self._measured(step)

    def _left(self, step: dict[str, Any]) -> float:
        return float(step["quantity"]) - sum(float(step[kind]) for kind in ("good", "scrapped", "rejected"))

    def _measured(self, step: dict[str, Any]) -> dict[str, Any]:
        return {"data": [{"key": "volts", "value": 3}]} if step["step_key"] == GATE else {}

    async def _tap(self, step: dict[str, Any], action: str, body: dict[str, Any], other: Hands | None = None) -> None:
        """Send a command, often twice under one key: at the same time, or once more afterwards."""
        target, key, hands = step["work_order_id"], self._key(), other or self._hands
        if self._random.random() < _QUEUED:
            await hands.queue(target, action, body, key)
            if self._random.random() < _TWICE:
                await hands.queue(target, action, body, key)
        elif self._random.random() < _TWICE:
            if self._random.random() < 0.5:
                await asyncio.gather(*(hands.act(target, action, body, key) for _ in range(2)))
            else:
                await hands.act(target, action, body, key)
                await hands.act(target, action, body, key)
        else:
            await hands.act(target, action, body, key)

    def _key(self) -> str:
        return str(UUID(int=self._random.getrandbits(128)))
