"""The brain of a job: which work orders may move, and what each accepted action changes.

Pure and deterministic. Steps are indices in topological order, so a predecessor always has the smaller index. All
quantities are pieces of the product. A step's net output (`made`) is the sum of good pieces over its attempts, less
those a rework took back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from heapq import heappop

from models.rules.commands import Refusal, RefusalKind
from models.rules.jobs.memory import Memory
from models.rules.jobs.moves import ZERO, Ask, Change, Decision, Opening, Pieces, Refused, SentBack
from models.rules.jobs.words import not_of_a_job, wrong_state
from models.rules.orders import ENDED, Status
from models.rules.sentences import Sentence
from models.rules.work_orders import FINISHED, JOB_ACTIONS, Action, WorkOrderState, after

_S, _A, _R = WorkOrderState, Action, RefusalKind
_STARTED = frozenset({_S.IN_PROGRESS, _S.PAUSED})


class Job(Memory):
    """A job that decides: nothing is changed before the caller commits the decision."""

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
            raise Refused(_R.WRONG_STATE, not_of_a_job(action))
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
                _R.STALE_ATTEMPT,
                Sentence(
                    "Attempt {asked} is history; the work is in attempt {present} now.",
                    asked=ask.attempt,
                    present=self.attempt(step),
                ),
            )
        target = after(state, ask.action)
        if target is None:
            raise Refused(_R.WRONG_STATE, wrong_state(state, ask.action))
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
            what = Sentence("work order" if held else "job")
            raise Refused(_R.ON_HOLD, Sentence("This {what} is on hold; a manager must release it first.", what=what))

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
                Sentence(
                    "{given} pieces were given back, but only {left} of {available} are still in work here.",
                    given=_text(pieces.total if good >= 0 else ask.scrapped + ask.rejected),
                    left=_text(left),
                    available=_text(available),
                ),
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
                Sentence(
                    "Step '{step}' still makes pieces for this one; report what is done so far.",
                    step=self.graph.keys[waiting[0]],
                ),
            )
        if pieces.total < left:
            raise Refused(
                _R.PIECES_DO_NOT_ADD_UP,
                Sentence(
                    "{lost} of {available} pieces are unaccounted for: give them as good, scrapped or rejected, "
                    "or report progress instead.",
                    lost=_text(left - pieces.total),
                    available=_text(available),
                ),
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
            return self._with_rework(Decision(), loop, SentBack(self._left_undone(step, ask.quantity), ZERO, ZERO))
        quantity = ask.quantity if ask.quantity is not None else (aside or made)
        returned = max(quantity - aside, ZERO)
        if quantity <= 0 or returned > made:
            raise Refused(
                _R.NOTHING_TO_REWORK,
                Sentence(
                    "There are {pieces} pieces here that could be reworked, not more.", pieces=_text(aside + made)
                ),
            )
        if returned > 0:
            self._refuse_moved_on(step)
        return self._with_rework(Decision(), loop, SentBack(quantity, returned, quantity - returned))

    def _left_undone(self, step: int, wanted: Decimal | None) -> Decimal:
        """Return the pieces a skipped or cancelled step was to work on: what it made before it was given up stays."""
        left = self.input(step) if self._left_out(step) else self.input(step) - self.output(step)
        if left <= 0:
            raise Refused(_R.NOTHING_TO_REWORK, "No pieces are waiting here; open the step that should send them.")
        if wanted is not None and wanted != left:
            all_of_it = Sentence("A step that was given up is opened for all its {pieces} pieces.", pieces=_text(left))
            raise Refused(_R.NOTHING_TO_REWORK, all_of_it)
        return left

    def _rework_target(self, key: str | None, step: int) -> int:
        if key is None:
            return self.graph.rework_to.get(step, step)
        if key not in self.graph.keys:
            raise Refused(_R.NO_SUCH_STEP, Sentence("This job has no step '{step}'.", step=key))
        target = self.graph.keys.index(key)
        if not self.graph.loop(target, step):
            elsewhere = Sentence("Step '{step}' does not lead to this one, so work cannot go back to it.", step=key)
            raise Refused(_R.NOT_AN_ANCESTOR, elsewhere)
        return target

    def _refuse_moved_on(self, step: int) -> None:
        for successor in self.graph.successors[step]:
            if self.states[successor] in _STARTED or self.states[successor] is _S.COMPLETED:
                gone_on = Sentence(
                    "The pieces have gone on to step '{step}'; ask for rework there and name this step as its target.",
                    step=self.graph.keys[successor],
                )
                raise Refused(_R.PIECES_MOVED_ON, gone_on)

    def _with_rework(self, decision: Decision, loop: tuple[int, ...], sent: SentBack) -> Decision:
        """Add the next attempts from target to gate, and send not yet started followers back to waiting."""
        openings: list[Opening] = []
        changes = list(decision.changes)
        gate = loop[-1]
        reopened: set[int] = set()
        finishing = {change.step for change in changes if change.after in FINISHED}
        for step in loop:
            if self.states[step] not in FINISHED and step not in finishing:
                # Two gates sent pieces back to the same step: one open attempt serves both.
                continue
            follows = any(edge.step in reopened for edge in self.graph.incoming[step])
            if step != gate and self._left_out(step):
                # It stays left out, and passes the pieces on when they come again.
                reopened |= {step} if follows else set()
                continue
            back = sent.returned if step == gate else min(sent.quantity, self.output(step))
            aside = sent.retrieved if step == gate else ZERO
            state = _S.READY if not follows and self.blocked[step] == 0 else _S.WAITING
            openings.append(Opening(step, self.attempt(step) + 1, state, sent.quantity, back, aside))
            reopened.add(step)
        followers = sorted({after for step in sorted(reopened) for after in self.graph.successors[step]} - reopened)
        remaining = self._remaining(openings, reopened)
        changes += [
            self._change(step, _S.WAITING)
            for step in followers
            if self.states[step] is _S.READY and not self._ready_beside(step, remaining)
        ]
        return replace(decision, changes=tuple(changes), openings=tuple(openings))

    def _left_out(self, step: int) -> bool:
        """Tell whether a step was skipped from the first, so that it holds no pieces of its own."""
        return self.states[step] is _S.SKIPPED and self.attempt(step) == 1

    def _remaining(self, openings: Iterable[Opening], reopened: set[int]) -> dict[int, Decimal]:
        """Return the pieces that reopened steps have made afterwards; one left out passes on what reaches it."""
        opened = {opening.step: opening.returned for opening in openings}
        remaining: dict[int, Decimal] = {}
        for step in sorted(reopened):
            if step in opened:
                remaining[step] = ZERO if self._left_out(step) else self.output(step) - opened[step]
            else:
                makers = (edge.step for edge in self.graph.incoming[step])
                remaining[step] = min(remaining.get(maker, self.output(maker)) for maker in makers)
        return remaining

    def _ready_beside(self, step: int, remaining: Mapping[int, Decimal]) -> bool:
        """Tell whether a ready step stays so when some of its predecessors are opened again."""
        return all(
            edge.step not in remaining or (edge.send_ahead is not None and remaining[edge.step] >= edge.send_ahead)
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


def _text(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
