"""Twenty jobs in work while everything under them is killed; what happened is returned for the checks."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import httpx2
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.connections.postgres import read
from tests.faults import histories
from tests.faults.hands import Book, Hands
from tests.faults.killer import Killer
from tests.faults.product import Product
from tests.faults.technician import Technician
from tests.faults.workshop import PRODUCT, Workshop, open_workshop

JOBS, _LOTS, _LOT_SIZE = 20, 5, 2
_LONGEST_WAIT_SECONDS = 60
_UNSETTLED = text("""
    SELECT (SELECT count(*) FROM orders WHERE ended_at IS NULL) AS orders,
           (SELECT count(*) FROM commands WHERE state = 'PENDING') AS commands,
           (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS outbox
""")
_FACTS = text("SELECT count(*) FROM job_events")
_DOUBLED = text("SELECT EXISTS (SELECT FROM job_events GROUP BY command_id HAVING count(*) > 1)")


@dataclass
class Storm:
    """One storm: its seed, what was done, and how long things took (seconds)."""

    product: Product
    seed: int
    kills: int
    freezes: int = 1
    jobs: int = JOBS
    settle_seconds: float = 420  # a machine shared with others may need long; what is stuck stays so
    victims: dict[str, int] | None = None
    strikes_at_writes: bool = False
    shop: Workshop = field(init=False)
    book: Book = field(default_factory=Book)
    killed: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    unsettled: str = ""
    lasted: float = 0
    settled_after: float = 0

    def rage(self) -> "Storm":
        """Run the storm to its end and wait until all is quiet again."""
        self.shop = open_workshop()
        began = time.monotonic()
        asyncio.run(self._rage())
        self.lasted = time.monotonic() - began
        return self

    async def _rage(self) -> None:
        limits = httpx2.Limits(max_connections=50)
        async with httpx2.AsyncClient(base_url=self.product.url, timeout=20, trust_env=False, limits=limits) as client:
            await self._with(client)

    async def _with(self, client: httpx2.AsyncClient) -> None:
        random = Random(self.seed)
        hands = [Hands(client, actor, self.book) for actor in self.shop.technicians]
        killer = Killer(self.product, Random(random.random()), self.kills, self.freezes)
        if self.victims is not None:
            killer.victims = self.victims
        if self.strikes_at_writes:
            killer.moment, killer.enough = self._next_write, self._doubled
        manager = Hands(client, self.shop.manager, self.book)
        open_jobs: list[str] = []
        quiet, over = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for one in hands:
                rivals = [other for other in hands if other is not one]
                technician = Technician(one, manager, rivals, Random(random.random()))
                tasks.create_task(technician.work(open_jobs, over))
            tasks.create_task(self._tell_floor(manager, open_jobs, over))
            placing = tasks.create_task(self._keep_busy(manager, quiet))
            await killer.run()
            quiet.set()
            ended = time.monotonic()
            await placing
            deadline = time.monotonic() + self.settle_seconds
            await self._settle(deadline)
            over.set()
        await self._settle(deadline)  # what somebody sent last, for work that others had done, gets its refusal
        self.killed, self.settled_after = killer.done, time.monotonic() - ended

    async def _tell_floor(self, manager: Hands, open_jobs: list[str], over: asyncio.Event) -> None:
        """Tell the floor which jobs are open."""
        while not over.is_set():
            jobs = await manager.get("/jobs", status=["PLANNED", "IN_PROGRESS"], limit=200)
            open_jobs[:] = [job["id"] for job in jobs.get("items", [])]
            await asyncio.sleep(0.3)

    async def _keep_busy(self, manager: Hands, quiet: asyncio.Event) -> None:
        """Place orders so that twenty jobs are open as long as the storm lasts; done when no more will be placed."""
        while self.orders * _LOTS < self.jobs or not quiet.is_set():
            orders = await manager.get("/orders", status=["PLANNED", "IN_PROGRESS"], limit=200)
            in_work = len(orders.get("items", [])) * _LOTS
            if self.orders * _LOTS < self.jobs or in_work <= self.jobs - _LOTS:
                await self._order(manager)
            await asyncio.sleep(0.3)

    async def _order(self, manager: Hands) -> None:
        self.orders += 1
        due = datetime.now(UTC) + timedelta(days=7)
        wanted = {
            "product": PRODUCT, "quantity": _LOTS * _LOT_SIZE, "lot_size": _LOT_SIZE, "due_at": due.isoformat(),
        }  # fmt: skip
        answer = await manager.post("/orders", wanted, f"{self.seed}-order-{self.orders}")
        if answer.status_code != 201:
            self.book.faults.append(f"an order was answered {answer.status_code}: {answer.text[:300]}")

    async def _next_write(self) -> None:
        """Wait until another fact is committed: then a worker has work of which nobody else has heard.

        Where jobs have come to grief nobody may write any more: then it strikes without waiting on.
        """
        before, longest = await asyncio.to_thread(self._facts), time.monotonic() + _LONGEST_WAIT_SECONDS
        while await asyncio.to_thread(self._facts) == before and time.monotonic() < longest:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)

    def _facts(self) -> int:
        with read(self.shop.tenant_id) as session:
            facts: int = session.execute(_FACTS).scalar_one()
        return facts

    async def _doubled(self) -> bool:
        """Tell whether some command has become two facts by now; not every strike leads to that."""

        def look() -> bool:
            with read(self.shop.tenant_id) as session:
                return bool(session.execute(_DOUBLED).scalar_one())

        return await asyncio.to_thread(look)

    async def _settle(self, deadline: float) -> None:
        """Wait until every order has ended, every command has its fate and all is told; note what has not.

        The database knows the end of an order before its workflows have come to theirs, so they are asked for too.
        """
        while True:
            self.unsettled = await asyncio.to_thread(self._unsettled) or await histories.unsettled(self.shop.tenant_id)
            if not self.unsettled or time.monotonic() > deadline:
                return
            await asyncio.sleep(0.3)

    def _unsettled(self) -> str:
        try:
            with read(self.shop.tenant_id) as session:
                left = session.execute(_UNSETTLED).mappings().one()
        except SQLAlchemyError as away:
            return f"PostgreSQL is away: {away}"
        found = {name: count for name, count in left.items() if count}
        return ", ".join(f"{count} {name}" for name, count in found.items())

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.killed.items()))
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.book.statuses.items()))
        return (
            f"seed {self.seed}: {self.orders * _LOTS} jobs, {len(self.book.sent)} commands in {self.book.posts} posts "
            f"({self.book.doubled} doubled), killed {kills}; answers {statuses}, unreachable {self.book.unreachable}; "
            f"{self.lasted:.0f} s, settled {self.settled_after:.1f} s after the last kill"
        )
