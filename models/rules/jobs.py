"""The brain of a job: which work orders may move, and what each accepted action changes.

Pure and deterministic. Steps are indices in topological order, so a predecessor always has the smaller index. All
quantities are pieces of the product. A step's net output (`made`) is the sum of good pieces over its attempts, less
those a rework took back.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from heapq import heappop

from models.rules.commands import Refusal, RefusalKind
from models.rules.orders import ENDED, Status
from models.rules.work_orders import FINISHED, JOB_ACTIONS, Action, WorkOrderState, after

ZERO = Decimal(0)
_S, _A, _R = WorkOrderState, Action, RefusalKind
_CODES = {
    _S.WAITING: "W", _S.READY: "R", _S.IN_PROGRESS: "I", _S.PAUSED: "P", _S.COMPLETED: "C", _S.SKIPPED: "S",
    _S.CANCELLED: "X",
}  # fmt: skip
_STATES = {code: state for state, code in _CODES.items()}
_STARTED = frozenset({_S.IN_PROGRESS, _S.PAUSED})


@dataclass(frozen=True, slots=True)
class Edge:
    """An incoming edge: the predecessor must be finished, or have made `send_ahead` good pieces."""

    step: int
    send_ahead: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """What the brain must know of a plan."""

    keys: tuple[str, ...]
    incoming: tuple[tuple[Edge, ...], ...]
    successors: tuple[tuple[int, ...], ...]
    optional: frozenset[int]
    rework_to: Mapping[int, int]

    def loop(self, target: int, gate: int) -> tuple[int, ...]:
        """Return the steps on any path from target to gate, both included, in order; empty if there is no path."""
        reached = {target}
        for step in range(target + 1, gate + 1):
            if any(edge.step in reached for edge in self.incoming[step]):
                reached.add(step)
        if gate not in reached:
            return ()
        leading = {gate}
        for step in range(gate, target - 1, -1):
            if step in leading:
                leading.update(edge.step for edge in self.incoming[step])
        return tuple(step for step in range(target, gate + 1) if step in reached and step in leading)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command asks of a job; `step` is None for the whole job, `good` None for all that is left."""

    action: Action
    step: int | None = None
    attempt: int = 1
    good: Decimal | None = None
    scrapped: Decimal = ZERO
    rejected: Decimal = ZERO
    quantity: Decimal | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One attempt's move; `quantity` is set where the pieces it is given change."""

    step: int
    attempt: int
    before: WorkOrderState
    after: WorkOrderState
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A new attempt at a step.

    Of its pieces, `returned` were counted good here before and are taken back; `retrieved` had been put aside as
    rejected.
    """

    step: int
    attempt: int
    state: WorkOrderState
    quantity: Decimal
    returned: Decimal
    retrieved: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class SentBack:
    """Pieces a step sends back for rework: some had passed here as good, some had been put aside."""

    quantity: Decimal
    returned: Decimal
    retrieved: Decimal


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces an attempt has made so far."""

    good: Decimal = ZERO
    scrapped: Decimal = ZERO
    rejected: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All pieces that came out, whatever their quality."""
        return self.good + self.scrapped + self.rejected

    def __add__(self, other: "Pieces") -> "Pieces":
        return Pieces(self.good + other.good, self.scrapped + other.scrapped, self.rejected + other.rejected)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an accepted action changes, or why it is refused (then nothing changes)."""

    refusal: Refusal | None = None
    changes: tuple[Change, ...] = ()
    openings: tuple[Opening, ...] = ()
    pieces: Pieces = field(default_factory=Pieces)
    status: Status | None = None
    held: bool | None = None
    ended: bool = False


@dataclass
class JobState:
    """All a job remembers, small enough to carry from run to run: one letter per step, exceptions sparse."""

    quantity: Decimal
    states: str
    attempts: dict[int, int] = field(default_factory=dict)
    given: dict[int, Decimal] = field(default_factory=dict)
    made: dict[int, Decimal] = field(default_factory=dict)
    progress: dict[int, Pieces] = field(default_factory=dict)
    rejected: dict[int, Decimal] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    job_held: bool = False
    status: Status = Status.PLANNED


class Refused(Exception):  # noqa: N818 - named for the refusal it carries
    """An action is refused; carries the Refusal."""

    def __init__(self, kind: RefusalKind, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(kind, detail)


def fresh_state(graph: Graph, quantity: Decimal) -> JobState:
    """Return the state of a job whose steps all wait."""
    return JobState(quantity=quantity, states="W" * len(graph.keys))


class Job:
    """A job in memory: its graph, its state, and counters that make each decision local."""

    def __init__(self, graph: Graph, state: JobState) -> None:
        self.graph = graph
        self.quantity = state.quantity
        self.states = [_STATES[code] for code in state.states]
        self.attempts = dict(state.attempts)
        self.given = dict(state.given)
        self.made = dict(state.made)
        self.progress = dict(state.progress)
        self.rejected = dict(state.rejected)
        self.held = list(state.held)
        self.job_held = state.job_held
        self.status = state.status
        self.blocked = [0] * len(self.states)
        for step in range(len(self.states)):
            self.blocked[step] = sum(not self._satisfied(edge) for edge in graph.incoming[step])
        self.open_count = sum(state not in FINISHED for state in self.states)

    def state(self) -> JobState:
        """Return what must be carried to the next run."""
        made = {step: made for step, made in sorted(self.made.items()) if made != self._usual(step)}
        aside = {step: aside for step, aside in sorted(self.rejected.items()) if aside}
        return JobState(
            quantity=self.quantity, states="".join(_CODES[state] for state in self.states),
            attempts=dict(self.attempts), given=dict(self.given), made=made, progress=dict(self.progress),
            rejected=aside, held=list(self.held), job_held=self.job_held, status=self.status,
        )  # fmt: skip

    def copy(self) -> "Job":
        """Return an independent copy, for deciding several commands before any is written."""
        twin = copy(self)
        twin.states, twin.blocked, twin.held = list(self.states), list(self.blocked), list(self.held)
        twin.attempts, twin.given, twin.made = dict(self.attempts), dict(self.given), dict(self.made)
        twin.progress, twin.rejected = dict(self.progress), dict(self.rejected)
        return twin

    @property
    def ended(self) -> bool:
        """Tell whether no work order is open any more."""
        return self.open_count == 0

    def waits_for(self, step: int) -> tuple[int, ...]:
        """Return the predecessors a step still waits for."""
        return tuple(edge.step for edge in self.graph.incoming[step] if not self._satisfied(edge))

    def produced(self) -> Decimal:
        """Return the good pieces that came through every last step."""
        if self.status is Status.CANCELLED:
            return ZERO
        ends = [step for step, successors in enumerate(self.graph.successors) if not successors]
        return min((self.output(step) for step in ends), default=ZERO)

    def attempt(self, step: int) -> int:
        """Return the number of a step's latest attempt."""
        return self.attempts.get(step, 1)

    def output(self, step: int) -> Decimal:
        """Return a step's net good pieces so far; a step without a note did the usual."""
        return self.made.get(step, self._usual(step))

    def _usual(self, step: int) -> Decimal:
        """Return what needs no note: a finished step passed the whole lot on, any other has made nothing yet."""
        return self.quantity if self.states[step] in (_S.COMPLETED, _S.SKIPPED) else ZERO

    def input(self, step: int) -> Decimal:
        """Return the pieces that have reached a step: the least any predecessor has made."""
        return min((self.output(edge.step) for edge in self.graph.incoming[step]), default=self.quantity)

    def _passed(self, step: int) -> bool:
        state = self.states[step]
        return state is _S.COMPLETED or (state is _S.SKIPPED and self.blocked[step] == 0)

    def _satisfied(self, edge: Edge) -> bool:
        if self._passed(edge.step):
            return True
        return edge.send_ahead is not None and self.output(edge.step) >= edge.send_ahead

    def settle_skipped(self) -> None:
        """Work out anew what skipped steps pass on, in order; needed only where state was read back from rows."""
        for step in range(len(self.states)):
            self.blocked[step] = sum(not self._satisfied(edge) for edge in self.graph.incoming[step])
            self._pass_on(step)

    # --- opening --------------------------------------------------------------------------------------------
    def first_ready(self) -> tuple[Change, ...]:
        """Return the moves that open a new job: every step without predecessors becomes READY."""
        return tuple(
            Change(step, 1, _S.WAITING, _S.READY, self.quantity)
            for step, state in enumerate(self.states)
            if state is _S.WAITING and not self.graph.incoming[step]
        )

    # --- deciding -------------------------------------------------------------------------------------------
    def decide(self, ask: Ask) -> Decision:
        """Return what an action changes; a refusal is a Decision too. Nothing is changed here."""
        if self.ended or self.status in ENDED:
            detail = "This job has ended; nothing on it can be changed any more."
            return Decision(refusal=Refusal(_R.JOB_CLOSED, detail))
        try:
            return self._decide_job(ask.action) if ask.step is None else self._decide_step(ask, ask.step)
        except Refused as refused:
            return Decision(refusal=refused.refusal)

    def _decide_job(self, action: Action) -> Decision:
        if action not in JOB_ACTIONS:
            raise Refused(_R.WRONG_STATE, f"A whole job cannot be asked to {action}.")
        open_steps = [step for step, state in enumerate(self.states) if state not in FINISHED]
        if action is _A.CANCEL:
            moves = tuple(self._change(step, _S.CANCELLED) for step in open_steps)
            return Decision(changes=moves, status=Status.CANCELLED, ended=True)
        if action is _A.HOLD:
            if self.job_held:
                raise Refused(_R.ON_HOLD, "This job is on hold already.")
            running = [step for step in open_steps if self.states[step] is _S.IN_PROGRESS]
            moves = tuple(self._change(step, _S.PAUSED) for step in running)
            return Decision(changes=moves, status=Status.ON_HOLD, held=True)
        if not self.job_held:
            raise Refused(_R.NOT_ON_HOLD, "This job is not on hold.")
        begun = any(state in _STARTED or state in FINISHED for state in self.states)
        return Decision(status=Status.IN_PROGRESS if begun else Status.PLANNED, held=False)

    def _decide_step(self, ask: Ask, step: int) -> Decision:
        if not 0 <= step < len(self.states):
            raise Refused(_R.NO_SUCH_STEP, "This job has no such step.")
        state = self.states[step]
        if ask.attempt != self.attempt(step):
            raise Refused(
                _R.STALE_ATTEMPT, f"Attempt {ask.attempt} is history; the work is in attempt {self.attempt(step)} now."
            )
        target = after(state, ask.action)
        if target is None:
            raise Refused(_R.WRONG_STATE, _wrong_state(state, ask.action))
        self._check_hold(ask.action, step)
        if ask.action in (_A.REPORT, _A.COMPLETE):
            return self._decide_pieces(ask, step)
        if ask.action is _A.REWORK:
            return self._decide_rework(ask, step)
        if ask.action is _A.SKIP and step not in self.graph.optional:
            raise Refused(_R.NOT_OPTIONAL, "Only an optional step may be skipped; this one is required.")
        if ask.action is _A.SKIP and self.attempt(step) > 1:
            raise Refused(_R.NOT_OPTIONAL, "Rework cannot be skipped; complete or cancel it.")
        decision = Decision(
            changes=(self._change(step, target),),
            held={_A.HOLD: True, _A.RELEASE: False}.get(ask.action),
            status=Status.IN_PROGRESS if ask.action is _A.START and self.status is Status.PLANNED else None,
            ended=target is _S.CANCELLED and self.open_count == 1,
        )
        return self._with_followers(decision, step) if ask.action is _A.SKIP else decision

    def _check_hold(self, action: Action, step: int) -> None:
        held = step in self.held
        if action is _A.HOLD and held:
            raise Refused(_R.ON_HOLD, "This work order is on hold already.")
        if action is _A.RELEASE and not held:
            raise Refused(_R.NOT_ON_HOLD, "This work order is not on hold.")
        if action in (_A.START, _A.RESUME, _A.REPORT, _A.COMPLETE) and (held or self.job_held):
            what = "work order" if held else "job"
            raise Refused(_R.ON_HOLD, f"This {what} is on hold; a manager must release it first.")

    def _change(self, step: int, to: WorkOrderState, quantity: Decimal | None = None) -> Change:
        return Change(step, self.attempt(step), self.states[step], to, quantity)

    def _decide_pieces(self, ask: Ask, step: int) -> Decision:
        before = self.progress.get(step, Pieces())
        available = self.given.get(step, self.quantity)
        left = available - before.total
        good = ask.good
        if good is None:
            good = left - ask.scrapped - ask.rejected if ask.action is _A.COMPLETE else ZERO
        pieces = Pieces(good, ask.scrapped, ask.rejected)
        if good < 0 or pieces.total > left:
            raise Refused(
                _R.PIECES_DO_NOT_ADD_UP,
                f"{_text(pieces.total if good >= 0 else ask.scrapped + ask.rejected)} pieces were given back, "
                f"but only {_text(left)} of {_text(available)} are still in work here.",
            )
        if ask.action is _A.REPORT:
            if pieces.total == 0:
                raise Refused(_R.PIECES_DO_NOT_ADD_UP, "A report needs at least one piece.")
            return self._with_followers(Decision(changes=(self._change(step, _S.IN_PROGRESS),), pieces=pieces), step)
        makers = [edge.step for edge in self.graph.incoming[step] if edge.send_ahead is not None]
        waiting = [maker for maker in makers if not self._passed(maker) and self.attempt(maker) == 1]
        if waiting and self.attempt(step) == 1:
            raise Refused(
                _R.PREDECESSOR_OPEN,
                f"Step '{self.graph.keys[waiting[0]]}' still makes pieces for this one; report what is done so far.",
            )
        if pieces.total < left:
            raise Refused(
                _R.PIECES_DO_NOT_ADD_UP,
                f"{_text(left - pieces.total)} of {_text(available)} pieces are unaccounted for: give them as good, "
                "scrapped or rejected, or report progress instead.",
            )
        decision = Decision(changes=(self._change(step, _S.COMPLETED),), pieces=pieces)
        back = self.graph.rework_to.get(step)
        rejected = (before + pieces).rejected
        if back is not None and rejected > 0:
            return self._with_rework(decision, self.graph.loop(back, step), SentBack(rejected, ZERO, rejected))
        return self._with_followers(decision, step)

    # --- rework ---------------------------------------------------------------------------------------------
    def _decide_rework(self, ask: Ask, step: int) -> Decision:
        loop = self.graph.loop(self._rework_target(ask.target, step), step)
        aside, made = self.rejected.get(step, ZERO), self.output(step)
        if self.states[step] is not _S.COMPLETED:
            return self._with_rework(Decision(), loop, SentBack(self.input(step), ZERO, ZERO))
        quantity = ask.quantity if ask.quantity is not None else (aside or made)
        returned = max(quantity - aside, ZERO)
        if quantity <= 0 or returned > made:
            raise Refused(
                _R.NOTHING_TO_REWORK, f"There are {_text(aside + made)} pieces here that could be reworked, not more."
            )
        if returned > 0:
            self._refuse_moved_on(step)
        return self._with_rework(Decision(), loop, SentBack(quantity, returned, quantity - returned))

    def _rework_target(self, key: str | None, step: int) -> int:
        if key is None:
            return self.graph.rework_to.get(step, step)
        if key not in self.graph.keys:
            raise Refused(_R.NO_SUCH_STEP, f"This job has no step '{key}'.")
        target = self.graph.keys.index(key)
        if not self.graph.loop(target, step):
            raise Refused(_R.NOT_AN_ANCESTOR, f"Step '{key}' does not lead to this one, so work cannot go back to it.")
        return target

    def _refuse_moved_on(self, step: int) -> None:
        for successor in self.graph.successors[step]:
            if self.states[successor] in _STARTED or self.states[successor] is _S.COMPLETED:
                key = self.graph.keys[successor]
                raise Refused(
                    _R.PIECES_MOVED_ON,
                    f"The pieces have gone on to step '{key}'; ask for rework there and name this step as its target.",
                )

    def _with_rework(self, decision: Decision, loop: tuple[int, ...], sent: SentBack) -> Decision:
        """Add the next attempts from target to gate, and send not yet started followers back to waiting."""
        openings: list[Opening] = []
        changes = list(decision.changes)
        target, gate = loop[0], loop[-1]
        finishing = {change.step for change in changes if change.after in FINISHED}
        for step in loop:
            if self.states[step] not in FINISHED and step not in finishing:
                # Two gates sent pieces back to the same step: one open attempt serves both.
                continue
            first = step == target
            back = sent.returned if step == gate else min(sent.quantity, self.output(step))
            aside = sent.retrieved if step == gate else ZERO
            state = _S.READY if first and self.blocked[step] == 0 else _S.WAITING
            openings.append(Opening(step, self.attempt(step) + 1, state, sent.quantity, back, aside))
        reopened = {opening.step for opening in openings}
        followers = sorted({s for o in openings for s in self.graph.successors[o.step]} - reopened)
        changes += [
            self._change(step, _S.WAITING)
            for step in followers
            if self.states[step] is _S.READY and not self._ready_without(step, reopened)
        ]
        return replace(decision, changes=tuple(changes), openings=tuple(openings))

    def _ready_without(self, step: int, reopened: set[int]) -> bool:
        """Tell whether a ready step stays so when some of its predecessors are opened again."""
        return all(
            edge.step not in reopened or (edge.send_ahead is not None and self.output(edge.step) >= edge.send_ahead)
            for edge in self.graph.incoming[step]
        )

    # --- following ------------------------------------------------------------------------------------------
    def _with_followers(self, decision: Decision, step: int) -> Decision:
        """Add what becomes ready, or gets more pieces, because of these changes."""
        trial = self.copy()
        trial.commit(decision)
        followers = trial._let_go(step)  # noqa: SLF001 - its own copy
        return replace(decision, changes=decision.changes + followers, ended=trial.ended)

    def _let_go(self, origin: int) -> tuple[Change, ...]:
        """Commit and return the moves of all steps that a change at `origin` lets go, through skipped ones too."""
        found: list[Change] = []
        queue = list(self.graph.successors[origin])
        seen: set[int] = set()
        while queue:
            step = heappop(queue)
            if step in seen:
                continue
            seen.add(step)
            change = self._follow(step)
            if change is not None:
                found.append(change)
                self.commit(Decision(changes=(change,)))
            if self.states[step] is _S.SKIPPED and self._passed(step):
                queue = sorted([*queue, *self.graph.successors[step]])
        return tuple(found)

    def _follow(self, step: int) -> Change | None:
        state, arrived = self.states[step], self._arrived(step)
        if state is _S.WAITING and self.blocked[step] == 0:
            if arrived > 0:
                return self._change(step, _S.READY, arrived)
            # Every piece sent back was lost on the way: this attempt has nothing to do, the other pieces go on.
            return self._change(step, _S.SKIPPED) if self.attempt(step) > 1 else None
        grows = state in (_S.READY, _S.IN_PROGRESS, _S.PAUSED) and self.attempt(step) == 1
        if grows and self._has_send_ahead(step) and arrived > self.given.get(step, self.quantity):
            return self._change(step, state, arrived)
        return None

    def _has_send_ahead(self, step: int) -> bool:
        return any(edge.send_ahead is not None for edge in self.graph.incoming[step])

    def _arrived(self, step: int) -> Decimal:
        """Return the pieces an attempt can be given: the lot's, or in rework only the pieces sent back."""
        if self.attempt(step) == 1:
            return self.input(step)
        sent_back = self.given.get(step, self.quantity)
        return min(sent_back, self.input(step) - self.output(step))

    # --- committing -----------------------------------------------------------------------------------------
    def commit(self, decision: Decision) -> None:
        """Change the job as decided; called only after the database has done the same."""
        if decision.status is not None:
            self.status = decision.status
        touched: list[int] = []
        for change in decision.changes:
            self._commit_change(change, decision.pieces)
            touched.append(change.step)
        for opening in decision.openings:
            self._commit_opening(opening)
            touched.append(opening.step)
        if decision.held is not None:
            self._commit_hold(decision)
        self._recount(touched)

    def _commit_change(self, change: Change, pieces: Pieces) -> None:
        step = change.step
        before = self.states[step]
        if change.quantity is not None:
            self.given[step] = change.quantity
        if before is _S.IN_PROGRESS and pieces.total > 0 and change.after in (_S.IN_PROGRESS, _S.COMPLETED):
            self._commit_pieces(step, pieces)
        self.states[step] = change.after
        if change.after is _S.WAITING and self.attempt(step) == 1:
            self.given.pop(step, None)
        if change.after in FINISHED:
            self._finish(step)

    def _commit_pieces(self, step: int, pieces: Pieces) -> None:
        self.progress[step] = self.progress.get(step, Pieces()) + pieces
        self.made[step] = self.output(step) + pieces.good
        if pieces.rejected:
            self.rejected[step] = self.rejected.get(step, ZERO) + pieces.rejected

    def _finish(self, step: int) -> None:
        self.open_count -= 1
        self.progress.pop(step, None)
        if step in self.held:
            self.held.remove(step)
        self.given.pop(step, None)

    def _commit_opening(self, opening: Opening) -> None:
        step = opening.step
        skipped = self.states[step] is _S.SKIPPED and self.attempt(step) == 1
        self.made[step] = ZERO if skipped else self.output(step) - opening.returned
        if opening.retrieved:
            self.rejected[step] = self.rejected.get(step, ZERO) - opening.retrieved
        self.states[step] = opening.state
        self.attempts[step] = opening.attempt
        self.given[step] = opening.quantity
        self.open_count += 1

    def _commit_hold(self, decision: Decision) -> None:
        if decision.status is not None:
            self.job_held = bool(decision.held)
            return
        step = decision.changes[0].step
        if decision.held:
            self.held = sorted({*self.held, step})
        else:
            self.held = [held for held in self.held if held != step]

    def _recount(self, touched: Sequence[int]) -> None:
        """Count the open edges anew for the followers of what changed, through skipped steps."""
        for step in touched:
            self._pass_on(step)
        queue = sorted({follower for step in touched for follower in self.graph.successors[step]})
        seen: set[int] = set()
        while queue:
            step = heappop(queue)
            if step in seen:
                continue
            seen.add(step)
            self.blocked[step] = sum(not self._satisfied(edge) for edge in self.graph.incoming[step])
            if self.states[step] is _S.SKIPPED:
                self._pass_on(step)
                queue = sorted([*queue, *self.graph.successors[step]])

    def _pass_on(self, step: int) -> None:
        """Let a skipped step pass what reached it; a skipped rework adds nothing to what was made before."""
        if self.states[step] is not _S.SKIPPED or self.attempt(step) > 1:
            return
        passed = self.input(step)
        if passed == self.quantity:
            self.made.pop(step, None)
        else:
            self.made[step] = passed


def _wrong_state(state: WorkOrderState, action: Action) -> str:
    words = {
        _S.WAITING: "still waits for other work", _S.READY: "has not been started", _S.IN_PROGRESS: "is in progress",
        _S.PAUSED: "is paused", _S.COMPLETED: "is completed", _S.SKIPPED: "was skipped", _S.CANCELLED: "was cancelled",
    }  # fmt: skip
    return f"It cannot be asked to {action} because it {words[state]}."


def _text(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
