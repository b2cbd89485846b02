"""Two weeks at the demo factory, lived through hour by hour and written down as they would have been."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from random import Random

from sqlmodel import Session

from deploy.history import plot, setting
from deploy.history.floor import Floor, JobAtWork
from deploy.history.hands import Crew, Hand
from models.connections.past import at
from models.messages.access import Actor
from models.messages.catalog import WorkCenterFilters
from models.messages.commands import CancelWorkOrder, CompleteWorkOrder, HoldWorkOrder, ReleaseWorkOrder
from models.messages.orders import PlaceOrder
from models.messages.stock import BalanceFilters
from models.messages.templates import Plan
from models.records import commands, stock_views
from models.records.catalog.work_centers import work_centers
from models.rules.commands import Door

_SEED = 2026
_TODAY = timedelta(hours=8)  # the present is in the middle of a working day, whenever somebody looks
_SHIFTS = {"tom": timedelta(0), "lena": timedelta(minutes=30), "yusuf": timedelta(hours=1, minutes=30),
           "olga": timedelta(hours=2)}  # fmt: skip
_DELAYED = frozenset({"USB-CAMERA", "CASE-6"})  # of these nothing has come for some days
_LAST_OF_DELAYED = 10
_HISTORY = timedelta(days=plot.DAYS)
_JUST_NOW = timedelta(minutes=20)
Act = Callable[[datetime], datetime | None]


@dataclass
class Days:
    """The calendar: what is to happen next, each thing once its hour has come; what follows the present never does."""

    session: Session
    people: Mapping[str, Actor]
    begin: datetime
    end: datetime
    plans: Mapping[str, Plan]
    minimum: Mapping[str, Decimal]
    chance: Random = field(default_factory=lambda: Random(_SEED))  # noqa: S311 - the same story every time
    _queue: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _number: "count[int]" = field(default_factory=count)
    _orders: list[list[JobAtWork]] = field(default_factory=list)

    def __post_init__(self) -> None:
        admin = self.people["ada"]
        self.floor = Floor(self.session, admin.tenant_id)
        hands = [
            Hand(name, self.people[name], begins, Random(f"{_SEED}{name}"), needs_orders=name == "olga")  # noqa: S311
            for name, begins in _SHIFTS.items()
        ]
        found = work_centers(self.session, WorkCenterFilters(limit=100)).items
        centers = {center.code: center.machines for center in found}
        self.crew = Crew(self.floor, hands, self.people["maria"], centers)

    def live(self, told: Callable[[int, int], None]) -> None:
        """Let everything happen up to the present; `told` hears of each day that is over."""
        for hand in self.crew.hands:
            self._later(self.begin + hand.begins, self._works(hand))
        for wish in plot.wishes(self.chance):
            self._later(self.begin + wish.after, self._orders_come(wish))
        for mishap in plot.mishaps():
            self._later(self.begin + mishap.after, self._goes_wrong(mishap))
        for day in range(plot.DAYS):
            morning = self.begin + timedelta(days=day)
            self._later(morning + timedelta(minutes=40), self._replenish(day))
            self._later(morning + timedelta(hours=5), self._count_pieces(day))
        over = 0
        while self._queue and self._queue[0][0] < self.end:
            now, _, act = heappop(self._queue)
            if (now - self.begin).days > over:
                over = (now - self.begin).days
                told(over, plot.DAYS)
            again = act(now)
            if again is not None:
                self._later(again, act)

    def _later(self, when: datetime, act: Act) -> None:
        heappush(self._queue, (when, next(self._number), act))

    def _works(self, hand: Hand) -> Act:
        def turn(now: datetime) -> datetime:
            day = self.begin + timedelta(days=(now - self.begin).days)
            return self.crew.turn(hand, day, now)

        return turn

    def _orders_come(self, wish: plot.Wish) -> Act:
        def place(now: datetime) -> None:
            ask = PlaceOrder(
                kind=wish.kind, product=wish.product, quantity=wish.quantity, lot_size=wish.lot_size,
                due_at=now + wish.due_in, priority=wish.priority, customer_name=wish.customer,
                customer_reference=f"PO-{4100 + len(self._orders)}" if wish.customer else None,
            )  # fmt: skip
            actor = self.people["carla" if wish.by_carla else "maria"]
            # What was ordered a moment ago has no jobs yet: its workflow makes them.
            self._orders.append(self.floor.place(now, actor, ask, scaled=now < self.end - _JUST_NOW))

        return place

    def _goes_wrong(self, mishap: plot.Mishap) -> Act:
        manager = self.people["maria"]

        def release(now: datetime) -> None:
            for job in self._open_jobs(mishap.order):
                self.floor.do(now, manager, job, ReleaseWorkOrder())

        def befall(now: datetime) -> None:
            for job in self._open_jobs(mishap.order):
                ask = CancelWorkOrder(reason=mishap.reason) if mishap.cancels else HoldWorkOrder(reason=mishap.reason)
                self.floor.do(now, manager, job, ask)
            self._too_late(mishap, now)
            if mishap.released_after is not None:
                self._later(now + mishap.released_after, release)

        return befall

    def _too_late(self, mishap: plot.Mishap, now: datetime) -> None:
        """Let a tablet that was offline tell of work at what was stopped meanwhile: that is refused, and kept."""
        for job in self._orders[mishap.order][:1]:
            step = next((step for step, state in enumerate(job.brain.states) if state.value != "COMPLETED"), None)
            if step is None:
                continue
            tom, later = self.people["tom"], now + timedelta(minutes=6)
            outcome = self.floor.do(
                later, tom, job, CompleteWorkOrder(), step, acted_at=now - timedelta(minutes=4), door=Door.SIGNAL
            )
            if mishap.after < timedelta(days=5):
                self._later(now + timedelta(hours=3), self._is_seen(outcome.command_id))

    def _is_seen(self, command_id: object) -> Act:
        def acknowledge(now: datetime) -> None:
            at(self.session, now)
            commands.acknowledge(self.session, command_id, self.people["maria"].user_id)  # type: ignore[arg-type]

        return acknowledge

    def _open_jobs(self, order: int) -> list[JobAtWork]:
        return [job for job in self._orders[order] if job.is_open]

    def _replenish(self, day: int) -> Act:
        """Receive what was ordered when it ran low, and correct what was counted wrong."""
        ivan = self.people["ivan"]

        def receive(now: datetime) -> None:
            at(self.session, now)
            low = {one.sku for one in stock_views.balances(self.session, BalanceFilters(short=True, limit=100)).items}
            missing = self.crew.missing_parts()
            late = _DELAYED if day >= _LAST_OF_DELAYED else frozenset()
            amounts = {sku: self.minimum[sku] * 3 for sku in (low | missing) - late if sku in self.minimum}
            if amounts:
                setting.receive(self.session, ivan, amounts)
                self.crew.parts_have_come(amounts)
            if day % 3 == 1:
                setting.correct(self.session, ivan, "SCREW-M3x8", Decimal(-14), "Counted: box was short")
            if day % 5 == 2:  # noqa: PLR2004 - now and then something turns up
                setting.correct(self.session, ivan, "NOZZLE-BLANK", Decimal(12), "Found on the upper shelf")

        return receive

    def _count_pieces(self, day: int) -> Act:
        def count_them(now: datetime) -> None:
            hand = self.crew.hands[day % len(self.crew.hands)]
            self.crew.report_progress(hand, now)

        return count_them


def write_history(
    session: Session, people: Mapping[str, Actor], now: datetime, told: Callable[[int, int], None]
) -> None:
    """Write two weeks up to `now`, in the caller's transaction; call it inside `writing_history`."""
    end = now
    begin = end - _HISTORY + timedelta(days=1) - _TODAY
    admin = people["ada"]
    at(session, begin - timedelta(days=3))
    setting.people_and_places(session, admin, people, begin - timedelta(days=3))
    made = setting.published(session, admin)
    plans = {view.product_sku: setting.plan_of(session, admin, view.id) for view in made}
    first = setting.first_delivery(plans)
    minimum = setting.suppliers_of_parts(session, admin, first)
    setting.spindle_kit(session, admin)
    at(session, begin - timedelta(hours=1))
    setting.receive(session, people["ivan"], first)
    Days(session, people, begin, end, plans, minimum).live(told)
    at(session, end - timedelta(minutes=5))
    setting.next_versions(session, people["maria"], made)
    setting.talk(session, people)
