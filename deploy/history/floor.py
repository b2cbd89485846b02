"""The shop floor of the past: jobs decide as their workflows do, the same records write their facts."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from deploy.demo.readings import passing, photo
from models.connections.ids import new_id
from models.connections.past import at
from models.messages.access import Actor
from models.messages.commands import ApplyMoves, Command, DataEntry, Move, Outcome, Request
from models.messages.jobs import FinishJob, OpenWorkOrders
from models.messages.orders import PlaceOrder
from models.messages.templates import PlanStep
from models.records import files, order_scaling, orders, plans
from models.records.jobs import life
from models.records.work_orders.apply import apply
from models.rules.access import Permission
from models.rules.commands import CommandState, Door
from models.rules.jobs import Decision, Job, fresh_state
from models.rules.orders import Status
from models.rules.templates import DataKind
from models.tables.jobs import Job as JobRow
from models.tables.orders import Order
from models.tables.work_orders import WorkOrder

_ALL_AT_ONCE = 100_000


@dataclass
class JobAtWork:
    """One job, with the memory its workflow would have."""

    id: UUID
    code: str
    order_id: UUID
    due_at: datetime
    priority: int
    steps: tuple[PlanStep, ...]
    brain: Job
    seq: int = 0
    work_orders: dict[tuple[int, int], tuple[UUID, str]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Tell whether work may still be done on it."""
        return not self.brain.ended


class Floor:
    """Everything that happens to orders; each method happens at the instant it is given."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self.session, self.tenant_id = session, tenant_id
        self.jobs: list[JobAtWork] = []

    def place(self, now: datetime, actor: Actor, ask: PlaceOrder, *, scaled: bool = True) -> list[JobAtWork]:
        """Place an order and, unless its workflow is to do that, make its jobs and open them for work."""
        at(self.session, now)
        order = orders.place(self.session, actor, ask)
        if not scaled:
            return []
        order_scaling.scale(self.session, self.tenant_id, order.id, _ALL_AT_ONCE)
        made = [self._opened(row) for row in self._rows(order.id)]
        self.jobs += made
        return made

    def _rows(self, order_id: UUID) -> list[JobRow]:
        wanted = select(JobRow).where(col(JobRow.order_id) == order_id).order_by(col(JobRow.lot_number))
        return list(self.session.exec(wanted))

    def _opened(self, row: JobRow) -> JobAtWork:
        plan = plans.plan(self.session, self.tenant_id, row.plan_hash)
        graph = plans.graph_data(plan, row.quantity).graph()
        job = JobAtWork(
            row.id, row.code, row.order_id, row.due_at, row.priority, plan.steps,
            Job(graph, fresh_state(graph, row.quantity)),
        )  # fmt: skip
        changes = job.brain.first_ready()
        job.seq = life.open_work_orders(
            self.session, OpenWorkOrders(tenant_id=self.tenant_id, job_id=job.id, epoch=0, changes=changes)
        )
        job.brain.commit(Decision(changes=changes))
        self._learn_codes(job)
        return job

    def _learn_codes(self, job: JobAtWork) -> None:
        wanted = select(WorkOrder.step_index, WorkOrder.attempt, WorkOrder.id, WorkOrder.code)
        for step, attempt, identity, code in self.session.exec(wanted.where(col(WorkOrder.job_id) == job.id)):
            job.work_orders[step, attempt] = identity, code

    def do(  # noqa: PLR0913 - who does what where, and how it came in
        self, now: datetime, actor: Actor, job: JobAtWork, request: Request, step: int | None = None,
        *, acted_at: datetime | None = None, door: Door = Door.UPDATE,
    ) -> Outcome:  # fmt: skip
        """Have a person ask something of a job; returns its fate, a refusal too."""
        at(self.session, now)
        attempt = 1 if step is None else job.brain.attempt(step)
        identity, code = (None, "") if step is None else job.work_orders[step, attempt]
        command = Command(
            id=new_id(), request=request, actor_id=actor.user_id, work_order_id=identity, step=step, attempt=attempt,
            may_act_for_others=actor.may(Permission.WORK_ORDERS_CONTROL), received_at=now, occurred_at=acted_at,
            label="" if step is None else f"{code} {job.steps[step].name}", door=door,
        )  # fmt: skip
        decision = job.brain.decide(command.ask())
        (outcome,) = apply(self.session, ApplyMoves(
            tenant_id=self.tenant_id, job_id=job.id, epoch=0, seq=job.seq,
            moves=(Move(command=command, decision=decision),),
        )).outcomes  # fmt: skip
        if outcome.state is CommandState.APPLIED:
            job.seq += 1
            job.brain.commit(decision)
            if decision.openings:
                self._learn_codes(job)
            if job.brain.ended:
                self._finish(job)
        return outcome

    def _finish(self, job: JobAtWork) -> None:
        if job.brain.status is not Status.CANCELLED:
            job.brain.status = Status.DONE
        life.finish(self.session, FinishJob(
            tenant_id=self.tenant_id, job_id=job.id, epoch=0, seq=job.seq, status=job.brain.status,
            produced=job.brain.produced(),
        ))  # fmt: skip
        if orders.conclude(self.session, job.order_id).open_jobs == 0:
            orders.mark_launched(self.session, job.order_id)

    def readings(self, actor: Actor, job: JobAtWork, step: int) -> tuple[DataEntry, ...]:
        """Return what a careful person records at a step; photos are stored as they are taken."""
        found = []
        for number, wanted in enumerate(job.steps[step].data):
            value = passing(wanted, job.code)
            if wanted.kind is DataKind.FILE:
                content = photo(job.seq + number)
                value = str(files.store_file(self.session, actor, f"{job.code}.png", "image/png", content).id)
            found.append(DataEntry(key=wanted.key, value=value))
        return tuple(found)

    def order(self, order_id: UUID) -> Order:
        """Return an order's row."""
        return self.session.exec(select(Order).where(col(Order.id) == order_id)).one()
