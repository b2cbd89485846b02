"""What a job knows at any moment, kept so that one change touches only its neighbours."""

from collections.abc import Sequence
from copy import copy
from decimal import Decimal
from heapq import heappop
from typing import Self

from models.rules.jobs.graph import Edge, Graph
from models.rules.jobs.moves import ZERO, Change, Decision, Opening, Pieces
from models.rules.jobs.state import CODES, STATES, JobState
from models.rules.orders import Status
from models.rules.work_orders import FINISHED, WorkOrderState

_S = WorkOrderState


class Memory:
    """A job in memory: its graph, its state, and counters that make each decision local."""

    def __init__(self, graph: Graph, state: JobState) -> None:
        self.graph = graph
        self.quantity = state.quantity
        self.states = [STATES[code] for code in state.states]
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
            quantity=self.quantity, states="".join(CODES[state] for state in self.states),
            attempts=dict(self.attempts), given=dict(self.given), made=made, progress=dict(self.progress),
            rejected=aside, held=list(self.held), job_held=self.job_held, status=self.status,
        )  # fmt: skip

    def copy(self) -> Self:
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
