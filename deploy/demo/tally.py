"""What the people themselves remember: the demo's own count, kept apart from the product's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Condition
from uuid import UUID

from models.rules.work_orders import Action


@dataclass(frozen=True)
class Worked:
    """Minutes somebody stated for one attempt at one step of one job."""

    lot: int
    step: str
    attempt: int
    minutes: Decimal


@dataclass
class Tally:
    """Counts of one demo; every method may be called from any thread."""

    commands: dict[UUID, Action] = field(default_factory=dict)
    worked: list[Worked] = field(default_factory=list)
    refusals: int = 0
    later: int = 0
    repeats: int = 0
    most_at_once: int = 0
    ended_jobs: int = 0
    _at_work: Counter[str] = field(default_factory=Counter)
    _changed: Condition = field(default_factory=Condition)

    def accepted(self, command_id: UUID, action: Action) -> None:
        """Remember an accepted action by its command."""
        with self._changed:
            self.commands[command_id] = action
            self._changed.notify_all()

    def refused(self) -> None:
        """Count an action that somebody else made impossible meanwhile."""
        with self._changed:
            self.refusals += 1

    def postponed(self) -> None:
        """Count an action that was taken now and decided later (202)."""
        with self._changed:
            self.later += 1

    def asked_again(self) -> None:
        """Count a request that had to be sent again."""
        with self._changed:
            self.repeats += 1

    def begins(self, job: str) -> None:
        """Note that work on one more step of a job goes on."""
        with self._changed:
            self._at_work[job] += 1
            self.most_at_once = max(self.most_at_once, self._at_work[job])

    def ends(self, job: str) -> None:
        """Note that somebody lays down a step of a job, to complete it."""
        with self._changed:
            self._at_work[job] -= 1

    def completed(self, worked: Worked, *, job_ended: bool) -> None:
        """Remember a completion with its minutes."""
        with self._changed:
            self.worked.append(worked)
            self.ended_jobs += job_ended
            self._changed.notify_all()

    def wait_for_actions(self, count: int, seconds: float) -> bool:
        """Wait until so many actions were accepted; tells whether that happened in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.commands) >= count, seconds)

    def minutes(self) -> Decimal:
        """Return all minutes stated."""
        with self._changed:
            return sum((each.minutes for each in self.worked), Decimal(0))

    def by_step(self) -> Iterable[tuple[str, Decimal]]:
        """Return the minutes stated, step by step."""
        with self._changed:
            return [(each.step, each.minutes) for each in self.worked]
