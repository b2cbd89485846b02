"""A timer that outlives single waits, so that taking a command costs no timer events."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow


class Clock:
    """One durable timer per run, started at the first wait."""

    def __init__(self) -> None:
        self.rang = False
        self._timer: asyncio.Task[None] | None = None

    async def wait_until(self, condition: Callable[[], bool], age: timedelta) -> None:
        """Wait until the condition holds or the run has reached an age, whichever comes first."""
        if self._timer is None:
            self._timer = asyncio.create_task(self._ring_after(age))
        await workflow.wait_condition(lambda: condition() or self.rang)

    async def _ring_after(self, age: timedelta) -> None:
        await workflow.sleep(age, summary="renew this run")
        self.rang = True
