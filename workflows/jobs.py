"""One durable workflow per job: it decides, people act, the database keeps the facts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.jobs import JobActivities
    from activities.work_orders import WorkOrderActivities
    from models.messages.commands import Applied, ApplyMoves, Command, Missed, Move, Outcome
    from models.messages.jobs import (
        DateMoved,
        FinishJob,
        GraphRequest,
        JobFinished,
        JobInput,
        OpenWorkOrders,
        order_workflow_id,
    )
    from models.rules.commands import CommandState
    from models.rules.jobs import Change, Decision, Job, fresh_state
    from models.rules.orders import Status
    from workflows import options, search
    from workflows.clock import Clock
    from workflows.writing import Overtaken, write

if TYPE_CHECKING:
    from uuid import UUID

    from models.rules.work_orders import WorkOrderState

_NAMED_PER_STATE = 8


@workflow.defn(name="Job")
class JobWorkflow:
    """Takes commands one by one: decides, has the fact written, and only then changes its memory.

    The handlers below only put commands into the queue and wait; every activity and timer is started by `run`.
    """

    @workflow.init
    def __init__(self, start: JobInput) -> None:
        self._ref = start.job
        self._plan_hash = start.plan_hash
        self._epoch = start.epoch
        self._seq = start.seq
        self._queue: list[Command] = list(start.backlog)
        self._waiting: dict[UUID, None] = {command.id: None for command in start.backlog}
        self._outcomes: dict[UUID, Outcome] = {outcome.command_id: outcome for outcome in start.recent}
        self._job: Job | None = None
        self._overtaken = False
        self._moved: DateMoved | None = None

    @workflow.run
    async def run(self, start: JobInput) -> str:
        """Open the first work orders, take commands until all work has ended, close the books, tell the order."""
        clock = Clock()
        try:
            await self._load(start)
            await self._open()
            while not self._over():
                await clock.wait_until(lambda: bool(self._queue or self._moved), options.RUN_AGE)
                self._take_date()
                await self._take_queue()
                if not self._over() and self._should_renew(clock):
                    await self._renew()
            await self._drain()
            await self._finish()
            await self._drain()
        except Overtaken as reason:
            self._overtaken = True
            await workflow.wait_condition(workflow.all_handlers_finished)
            return f"superseded: {reason}"
        return self._memory.status.value

    @property
    def _memory(self) -> Job:
        if self._job is None:
            raise RuntimeError("the job's graph is loaded before anything is decided")
        return self._job

    # --- beginning ------------------------------------------------------------------------------------------
    async def _load(self, start: JobInput) -> None:
        data = await write(
            JobActivities.load_graph,
            GraphRequest(tenant_id=self._ref.tenant_id, job_id=self._ref.job_id, plan_hash=self._plan_hash),
            name="load graph", summary=f"Load the plan of {self._ref.code}",
        )  # fmt: skip
        graph = data.graph()
        self._job = Job(graph, start.state or fresh_state(graph, data.quantity))
        self._describe()

    async def _open(self) -> None:
        changes = self._memory.first_ready()
        if self._seq > 0 or not changes:
            return
        self._seq = await write(
            WorkOrderActivities.open,
            OpenWorkOrders(
                tenant_id=self._ref.tenant_id, job_id=self._ref.job_id, epoch=self._epoch, changes=changes
            ),
            name="open first work orders", summary=f"{self._ref.code}: {self._named(changes)} may begin",
        )  # fmt: skip
        self._memory.commit(Decision(changes=changes))
        self._describe()

    # --- the one command loop -------------------------------------------------------------------------------
    async def _take_queue(self) -> None:
        """Decide the queued commands in order and have them written together."""
        batch = self._queue[: options.COMMANDS_AT_ONCE]
        if not batch:
            return
        moves = self._decide(batch)
        applied = await self._write(moves)
        for move, outcome in zip(moves, applied.outcomes, strict=False):
            if outcome.state is CommandState.APPLIED and outcome.seq == self._seq + 1:
                self._seq += 1
                self._commit(move.decision)
            self._remember(outcome)
        for fact in applied.missed:
            self._take_in(fact)
        settled = {fate.command_id for fate in (*applied.outcomes, *(fact.outcome for fact in applied.missed))}
        self._queue = [command for command in self._queue if command.id not in settled]
        self._describe()

    def _take_in(self, fact: Missed) -> None:
        """Learn of a fact written by a worker that died before it could say so; the same memory decides the same."""
        decision = self._memory.decide(fact.command.ask())
        if decision.refusal is not None or fact.outcome.seq != self._seq + 1:
            raise Overtaken(f"The database has a fact {fact.outcome.seq} that does not follow {self._seq}.")
        self._seq += 1
        self._commit(decision)
        self._remember(fact.outcome)

    def _decide(self, batch: Sequence[Command]) -> tuple[Move, ...]:
        trial = self._memory.copy()
        moves = []
        for command in batch:
            decision = trial.decide(command.ask())
            if decision.refusal is None:
                trial.commit(decision)
            moves.append(Move(command=command, decision=decision))
        return tuple(moves)

    async def _write(self, moves: tuple[Move, ...]) -> Applied:
        first = moves[0].command
        more = f" and {len(moves) - 1} more" if len(moves) > 1 else ""
        action = first.request.action.value
        return await write(
            WorkOrderActivities.apply,
            ApplyMoves(
                tenant_id=self._ref.tenant_id, job_id=self._ref.job_id, epoch=self._epoch, seq=self._seq, moves=moves
            ),
            name=f"{self._seq + 1} {action} {first.label.split(' ', 1)[0] or 'job'}",
            summary=f"{action} {first.label or self._ref.code}{more}",
        )  # fmt: skip

    def _commit(self, decision: Decision) -> None:
        before = self._memory.status
        self._memory.commit(decision)
        if self._memory.status is not before:
            workflow.upsert_search_attributes([search.STATUS.value_set(self._memory.status.value)])

    def _take_date(self) -> None:
        """Show a moved date in Temporal's own lists, in this run and the next."""
        if self._moved is not None:
            self._ref = self._ref.model_copy(update={"due_at": self._moved.due_at})
            self._moved = None
            workflow.upsert_search_attributes([search.DUE.value_set(self._ref.due_at)])

    def _remember(self, outcome: Outcome) -> None:
        self._outcomes[outcome.command_id] = outcome
        self._waiting.pop(outcome.command_id, None)
        while len(self._outcomes) > options.REMEMBERED_OUTCOMES:
            del self._outcomes[next(iter(self._outcomes))]

    # --- renewing and ending --------------------------------------------------------------------------------
    def _over(self) -> bool:
        return self._memory.ended and not self._queue

    def _should_renew(self, clock: Clock) -> bool:
        info = workflow.info()
        long = info.get_current_history_length() > options.EVENTS_PER_RUN or info.is_continue_as_new_suggested()
        return long or clock.rang

    async def _renew(self) -> None:
        """Go on in a new run with a short history, unless commands came in while the handlers finished."""
        await workflow.wait_condition(lambda: bool(self._queue) or workflow.all_handlers_finished())
        if self._queue:
            return
        self._take_date()
        workflow.continue_as_new(JobInput(
            job=self._ref, plan_hash=self._plan_hash, epoch=self._epoch, seq=self._seq, state=self._memory.state(),
            recent=tuple(self._outcomes.values()),
        ))  # fmt: skip

    async def _drain(self) -> None:
        """Answer whoever still waits; late commands get their refusal stored."""
        while True:
            await workflow.wait_condition(lambda: bool(self._queue) or workflow.all_handlers_finished())
            if not self._queue:
                return
            await self._take_queue()

    async def _finish(self) -> None:
        job = self._memory
        if job.status is not Status.CANCELLED:
            job.status = Status.DONE
        await write(
            JobActivities.finish,
            FinishJob(
                tenant_id=self._ref.tenant_id, job_id=self._ref.job_id, epoch=self._epoch, seq=self._seq,
                status=job.status, produced=job.produced(),
            ),
            name="finish job", summary=f"{self._ref.code}: {job.produced():f} good pieces into stock",
        )  # fmt: skip
        workflow.upsert_search_attributes([search.STATUS.value_set(job.status.value)])
        self._describe()
        await self._tell_order()

    async def _tell_order(self) -> None:
        order = workflow.get_external_workflow_handle(order_workflow_id(self._ref.tenant_id, self._ref.order_id))
        try:
            await order.signal(
                "job_finished",
                JobFinished(job_id=self._ref.job_id, status=self._memory.status, produced=self._memory.produced()),
            )
        except FailureError as gone:
            # The order's own workflow was lost; repair starts it anew and it counts the jobs in the database.
            workflow.logger.warning("The order's workflow could not be told", exc_info=gone)

    # --- messages -------------------------------------------------------------------------------------------
    @workflow.update
    async def submit(self, commands: list[Command]) -> list[Outcome]:
        """Take commands from somebody who waits; answer with their fates."""
        for command in commands:
            self._enqueue(command)
        await workflow.wait_condition(
            lambda: self._overtaken or all(command.id in self._outcomes for command in commands)
        )
        if self._overtaken:
            raise ApplicationError("Another run of this job decides now.", type="Overtaken", non_retryable=True)
        return [self._outcomes[command.id] for command in commands]

    @submit.validator
    def _check_submit(self, commands: list[Command]) -> None:
        if not 1 <= len(commands) <= options.COMMANDS_AT_ONCE:
            raise ApplicationError(
                f"Send 1 to {options.COMMANDS_AT_ONCE} commands at a time.", type="BadBatch", non_retryable=True
            )

    @workflow.signal
    def submit_queued(self, commands: list[Command]) -> None:
        """Take commands from a queue or a machine; nobody waits, the fate is read from the database."""
        for command in commands:
            self._enqueue(command)

    @workflow.signal
    def date_moved(self, fact: DateMoved) -> None:
        """Hear that the date of the job's order was moved."""
        self._moved = fact

    @workflow.query
    def fact_number(self) -> int:
        """Return the number of the last fact this workflow knows; for support and repair."""
        return self._seq

    def _enqueue(self, command: Command) -> None:
        if command.id not in self._outcomes and command.id not in self._waiting:
            self._waiting[command.id] = None
            self._queue.append(command)

    # --- for people in Temporal's own UI --------------------------------------------------------------------
    def _named(self, changes: Sequence[Change]) -> str:
        steps = [self._memory.graph.keys[change.step] for change in changes[:5]]
        return ", ".join(steps) + (" …" if len(changes) > len(steps) else "")

    def _describe(self) -> None:
        """Say in a few lines what is ready, in work and still to come."""
        job = self._memory
        counts: dict[WorkOrderState, int] = {}
        named: dict[WorkOrderState, list[str]] = {}
        for step, state in enumerate(job.states):
            counts[state] = counts.get(state, 0) + 1
            if counts[state] <= _NAMED_PER_STATE:
                named.setdefault(state, []).append(job.graph.keys[step])
        lines = [f"**{self._ref.code}**, {self._ref.product}: {job.status.value}, fact {self._seq}"]
        lines += [f"- {state.value} ({counts[state]}): {', '.join(keys)}" for state, keys in named.items()]
        workflow.set_current_details("\n".join(lines))
