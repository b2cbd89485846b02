"""People of the past at work: they take what is ready and theirs to do, are interrupted, count pieces, and go home."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from deploy.history.floor import Floor, JobAtWork
from models.messages.access import Actor
from models.messages.commands import (
    AssignWorkOrder,
    CompleteWorkOrder,
    PauseWorkOrder,
    ReportWorkOrder,
    ResumeWorkOrder,
    SkipWorkOrder,
    StartWorkOrder,
)
from models.rules.commands import CommandState, Door
from models.rules.costs import planned_minutes
from models.rules.work_orders import WorkOrderState

# Work centres each person works at; what a machine does by itself leaves the person free.
PLACES = {"tom": ("MECH", "PACK", "TEST"), "lena": ("TEST", "ELEC", "SMT"), "yusuf": ("PRINT", "MECH", "PACK", "SMT"),
          "olga": ("ELEC",)}  # fmt: skip
_ALONE = "PRINT"
_HANDLING = timedelta(minutes=10)
_PAUSES = ("Break", "Machine trouble", "Tool missing", "Waiting for material")
_FAULTS = ("Damaged", "Wrong size", "Does not work", "Dirty")
_SHIFT = timedelta(hours=9)
_S = WorkOrderState


@dataclass
class Task:
    """A step that somebody has begun; `left` is the work that remains in it."""

    job: JobAtWork
    step: int
    left: timedelta
    paused: bool = False
    waits_for: frozenset[str] = frozenset()

    @property
    def lost(self) -> bool:
        """Tell whether others have taken it from the person: held, cancelled or sent back."""
        working = {_S.IN_PROGRESS, _S.PAUSED}
        return not self.job.is_open or self.job.brain.states[self.step] not in working


@dataclass
class Hand:
    """One technician. `begins` is when the shift begins, from the hour at which a day of the history begins."""

    name: str
    actor: Actor
    begins: timedelta
    chance: Random
    needs_orders: bool = False
    tasks: list[Task] = field(default_factory=list)

    def on_shift(self, day: datetime, now: datetime) -> bool:
        """Tell whether the person is there."""
        return day + self.begins <= now < day + self.begins + _SHIFT


class Crew:
    """All technicians on one floor; `turn` is called for each of them again and again."""

    def __init__(self, floor: Floor, hands: list[Hand], manager: Actor, centers: dict[str, int]) -> None:
        self.floor, self.hands, self.manager, self.centers = floor, hands, manager, centers

    def turn(self, hand: Hand, day: datetime, now: datetime) -> datetime:
        """Let somebody do the next thing; returns when they will do another."""
        if not hand.on_shift(day, now):
            return self._away(hand, day, now)
        hand.tasks = [task for task in hand.tasks if not task.lost]
        for task in hand.tasks:
            if task.paused and self._may_go_on(task) and not self._busy(hand):
                self.floor.do(now, hand.actor, task.job, ResumeWorkOrder(), task.step)
                task.paused = False
                return now + self._stretch(hand, task)
        running = [task for task in hand.tasks if not task.paused]
        by_hand = next((task for task in running if not self._runs_alone(task)), None)
        if by_hand is not None:
            return self._carry_on(hand, by_hand, now)
        done = next((task for task in running if task.left <= timedelta(0)), None)
        if done is not None:
            return self._complete(hand, done, now)
        for task in running:
            task.left -= _HANDLING
        return self._take_up(hand, now)

    def _away(self, hand: Hand, day: datetime, now: datetime) -> datetime:
        """Put down what is in hand at the end of the shift; machines run on."""
        for task in hand.tasks:
            if self._runs_alone(task):
                task.left = timedelta(0)
            elif not task.paused and not task.lost:
                self.floor.do(now, hand.actor, task.job, PauseWorkOrder(reason="End of shift"), task.step)
                task.paused = True
        begin = day + hand.begins
        return begin if now < begin else begin + timedelta(days=1)

    def _carry_on(self, hand: Hand, task: Task, now: datetime) -> datetime:
        if task.left <= timedelta(0):
            return self._complete(hand, task, now)
        if hand.chance.random() < 0.3:  # noqa: PLR2004 - three of ten stretches end in an interruption
            self.floor.do(now, hand.actor, task.job, PauseWorkOrder(reason=hand.chance.choice(_PAUSES[:3])), task.step)
            task.paused = True
            return now + timedelta(minutes=hand.chance.randrange(6, 26))
        return now + self._stretch(hand, task)

    def _stretch(self, hand: Hand, task: Task) -> timedelta:
        """Return how long somebody works without interruption."""
        stretch = min(task.left, timedelta(minutes=hand.chance.randrange(35, 110)))
        task.left -= stretch
        return max(stretch, timedelta(minutes=1))

    def _take_up(self, hand: Hand, now: datetime) -> datetime:
        choice = self._next(hand)
        if choice is None:
            return now + timedelta(minutes=hand.chance.randrange(12, 28))
        job, step = choice
        if job.steps[step].optional and job.brain.attempt(step) == 1 and hand.chance.random() < 0.6:  # noqa: PLR2004 - most do without it
            self.floor.do(now, self.manager, job, SkipWorkOrder(reason="Not ordered"), step)
            return now + timedelta(minutes=2)
        if hand.needs_orders:
            self.floor.do(now, self.manager, job, AssignWorkOrder(user_id=hand.actor.user_id), step)
            now += timedelta(minutes=1)
        if self.floor.do(now, hand.actor, job, StartWorkOrder(), step).state is not CommandState.APPLIED:
            return now + timedelta(minutes=15)
        planned = planned_minutes(job.steps[step], job.brain.given.get(step, job.brain.quantity))
        needed = float(planned) * hand.chance.uniform(0.8, 1.3)
        task = Task(job, step, timedelta(minutes=max(needed, 2)))
        hand.tasks.append(task)
        return now + (_HANDLING if self._runs_alone(task) else self._stretch(hand, task))

    def _complete(self, hand: Hand, task: Task, now: datetime) -> datetime:
        job, step = task.job, task.step
        given = job.brain.given.get(step, job.brain.quantity)
        pieces = self._pieces(hand, task, given)
        request = CompleteWorkOrder(data=self.floor.readings(hand.actor, job, step), **pieces)
        offline = hand.chance.random() < 0.06  # noqa: PLR2004 - the tablet's network fails now and then
        acted = now - timedelta(minutes=1) if offline else None
        door = Door.SIGNAL if offline else Door.UPDATE
        outcome = self.floor.do(now, hand.actor, job, request, step, acted_at=acted, door=door)
        if outcome.state is CommandState.APPLIED:
            hand.tasks.remove(task)
            return now + timedelta(minutes=hand.chance.randrange(2, 9))
        self.floor.do(now, hand.actor, job, PauseWorkOrder(reason=_PAUSES[3]), step)
        task.paused, task.waits_for = True, frozenset(short.sku for short in outcome.shortages)
        return now + timedelta(minutes=5)

    def _pieces(self, hand: Hand, task: Task, given: Decimal) -> dict[str, object]:
        """Return what is not good of the pieces, with its reason; nothing for most."""
        whole = given == given.to_integral_value() and task.job.brain.attempt(task.step) == 1
        luck = hand.chance.random()
        if whole and task.job.steps[task.step].rework_to is not None and luck < 0.16:  # noqa: PLR2004 - every sixth
            return {"rejected": Decimal(1), "reason": hand.chance.choice(_FAULTS)}
        if whole and given > 1 and luck > 0.9:  # noqa: PLR2004 - every tenth
            return {"scrapped": Decimal(1), "reason": hand.chance.choice(_FAULTS)}
        return {}

    def report_progress(self, hand: Hand, now: datetime) -> None:
        """Let somebody count what is done so far of a larger lot."""
        for task in hand.tasks:
            given = task.job.brain.given.get(task.step, task.job.brain.quantity)
            begun = task.step in task.job.brain.progress
            if not task.lost and not task.paused and given > 9 and not begun:  # noqa: PLR2004 - worth counting
                data = self.floor.readings(hand.actor, task.job, task.step)
                report = ReportWorkOrder(good=(given / 3).to_integral_value(), data=data)
                self.floor.do(now, hand.actor, task.job, report, task.step)

    def missing_parts(self) -> set[str]:
        """Return the parts somebody waits for."""
        return {sku for hand in self.hands for task in hand.tasks if not task.lost for sku in task.waits_for}

    def parts_have_come(self, skus: Iterable[str]) -> None:
        """Tell everybody who waits for these parts alone to try again."""
        for task in (task for hand in self.hands for task in hand.tasks):
            task.waits_for -= frozenset(skus)

    def _may_go_on(self, task: Task) -> bool:
        brain = task.job.brain
        return not task.waits_for and not brain.job_held and task.step not in brain.held

    def _busy(self, hand: Hand) -> bool:
        return any(not task.paused and not self._runs_alone(task) for task in hand.tasks)

    def _runs_alone(self, task: Task) -> bool:
        return task.job.steps[task.step].work_center == _ALONE

    def _next(self, hand: Hand) -> tuple[JobAtWork, int] | None:
        """Return the most urgent step that is ready, at a place that is free, for this person."""
        taken: dict[str, int] = {}
        waits = any(task.waits_for for task in hand.tasks)
        for job in self.floor.jobs:
            for step, state in enumerate(job.brain.states):
                if state in {_S.IN_PROGRESS, _S.PAUSED}:
                    center = job.steps[step].work_center
                    taken[center] = taken.get(center, 0) + (state is _S.IN_PROGRESS)
        ready = [
            (job, step)
            for job in self.floor.jobs
            if job.is_open and not job.brain.job_held
            for step, state in enumerate(job.brain.states)
            if state is _S.READY and step not in job.brain.held
        ]
        for job, step in sorted(ready, key=_urgency):
            center = job.steps[step].work_center
            free = taken.get(center, 0) < self.centers[center]
            patient = waits and hand.chance.random() < 0.3  # noqa: PLR2004 - who waits for parts looks after them first
            if center in PLACES[hand.name] and free and not patient:
                return job, step
        return None


def _urgency(choice: tuple[JobAtWork, int]) -> tuple[bool, int, datetime, str, int]:
    """Sort what is ready: machines that run alone are set going first, then by priority and date."""
    job, step = choice
    return job.steps[step].work_center != _ALONE, job.priority, job.due_at, job.code, step
