"""A small shop floor: a published product, an order scaled into jobs, and hands that work on them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.jobs import JobActivities
from activities.manufacturing_orders import ManufacturingOrderActivities
from activities.work_orders import WorkOrderActivities
from api import publishing
from models.messages.access import Actor
from models.messages.catalog import PartDraft, ProductDraft, WorkCenterDraft
from models.messages.commands import ApplyMoves, Command, CompleteWorkOrder, Move, Outcome, StartWorkOrder
from models.messages.jobs import FinishJob, GraphRequest, OpenWorkOrders
from models.messages.orders import PlaceOrder, Scaled, ScaleOrder
from models.messages.stock import Postings, StockPosting
from models.messages.templates import TemplateDocument
from models.records import orders, stock_views, templates
from models.records.catalog.parts import create_part
from models.records.catalog.products import create_product
from models.records.catalog.work_centers import create_work_center
from models.rules.access import Permission, Role
from models.rules.commands import CommandState, Door
from models.rules.jobs import Decision, Job, fresh_state
from models.rules.orders import Status
from tests.factories import Factory

DUE = datetime(datetime.now(UTC).year + 1, 3, 1, 12, tzinfo=UTC)  # late in no year
PARTS = {"WIRE": ("m", "0.8"), "BASE": ("pcs", "2.5"), "SCREW": ("pcs", "0.05"), "BOX": ("pcs", "1.2")}
CENTERS = {"ASSY": (2, "30", "12"), "PACK": (1, "6", "18")}
# cut -> mount -> check -> pack, with polish (optional) beside mount; check sends what it rejects back to mount.
STEPS: tuple[dict[str, Any], ...] = (
    {"key": "cut", "name": "Cut wire", "work_center": "ASSY", "setup_minutes": "2", "run_minutes": "1.5",
     "instructions": "Cut **one** piece per lamp.",
     "parts": [{"part": "WIRE", "quantity": "0.35", "scrap_percent": "4"}]},
    {"key": "mount", "name": "Mount", "work_center": "ASSY", "run_minutes": "4", "crew": 2, "after": [{"step": "cut"}],
     "parts": [{"part": "BASE", "quantity": "1"}, {"part": "SCREW", "quantity": "3", "scrap_percent": "5"}],
     "data": [{"key": "torque", "label": "Torque", "kind": "number", "uom": "Nm", "minimum": "1", "maximum": "2"}]},
    {"key": "polish", "name": "Polish", "work_center": "ASSY", "run_minutes": "1", "optional": True,
     "after": [{"step": "cut"}]},
    {"key": "check", "name": "Check", "work_center": "ASSY", "run_minutes": "2", "quality_gate": True,
     "rework_to": "mount", "after": [{"step": "mount"}, {"step": "polish"}],
     "data": [{"key": "lit", "label": "It lights up", "kind": "boolean", "expect": True},
              {"key": "photo", "label": "Photo", "kind": "file"},
              {"key": "colour", "label": "Colour", "kind": "choice", "choices": ["white", "black"]}]},
    {"key": "pack", "name": "Pack", "work_center": "PACK", "run_minutes": "0.5", "after": [{"step": "check"}],
     "parts": [{"part": "BOX", "quantity": "1"}]},
)  # fmt: skip
DATA: dict[str, tuple[dict[str, Any], ...]] = {
    "mount": ({"key": "torque", "value": Decimal("1.5")},),
    "check": ({"key": "lit", "value": True},),
}


def publish_lamp(factory: Factory, steps: Iterable[dict[str, Any]] = STEPS, sku: str = "LAMP") -> UUID:
    """Fill the catalog and publish the product's template; returns the template's id."""
    boss = factory.actor()
    with factory.begin() as session:
        create_product(session, boss, ProductDraft(sku=sku, name="Desk lamp"))
        for part, (uom, cost) in PARTS.items():
            create_part(session, boss, PartDraft(sku=part, name=part.title(), uom=uom, unit_cost=Decimal(cost)))
        for code, (machines, place, labor) in CENTERS.items():
            create_work_center(session, boss, WorkCenterDraft(
                code=code, name=code.title(), machines=machines, cost_per_hour=Decimal(place),
                labor_cost_per_hour=Decimal(labor),
            ))  # fmt: skip
        document = TemplateDocument.model_validate({"product": sku, "title": "How to make it", "steps": list(steps)})
        draft = templates.create_draft(session, boss, document)
        return publishing.publish(session, boss, draft.id, None).id


def receive(factory: Factory, **quantities: str) -> None:
    with factory.begin() as session:
        lines = tuple(StockPosting(part=sku, quantity=Decimal(many)) for sku, many in quantities.items())
        stock_views.receive(session, factory.actor(Role.INVENTORY_MANAGER), Postings(lines=lines))


def place(factory: Factory, quantity: str = "1", lot_size: str | None = None, **more: Any) -> UUID:
    """Place an order; returns its id."""
    ask = PlaceOrder.model_validate(
        {"product": "LAMP", "quantity": quantity, "lot_size": lot_size, "due_at": DUE, **more}
    )
    with factory.begin() as session:
        return orders.place(session, factory.actor(Role.MANAGER), ask).id


def scale(factory: Factory, order_id: UUID) -> Scaled:
    request = ScaleOrder(tenant_id=factory.id, order_id=order_id)
    return ActivityEnvironment().run(ManufacturingOrderActivities().scale, request)


def rows(factory: Factory, statement: str, **values: Any) -> list[Any]:
    """What a query answers in this factory."""
    with factory.read() as session:
        return list(session.execute(text(statement), values))


def execute(factory: Factory, statement: str, **values: Any) -> None:
    """Change a fact behind the product's back."""
    with factory.begin() as session:
        session.execute(text(statement), values)


def scalar(factory: Factory, statement: str, **values: Any) -> Any:
    return rows(factory, statement, **values)[0][0]


def stock_of(factory: Factory, sku: str, location: str = "stock") -> Decimal:
    found = rows(
        factory,
        "SELECT b.quantity FROM stock_balances b JOIN parts p ON p.id = b.part_id "
        "WHERE p.sku = :sku AND b.location = :location",
        sku=sku, location=location,
    )  # fmt: skip
    return Decimal(found[0][0]) if found else Decimal(0)


@dataclass
class Hands:
    """One job, worked on directly through the activities, with the brain beside it as the workflow has it."""

    factory: Factory
    order_id: UUID
    job_id: UUID
    plan_hash: str
    brain: Job
    seq: int = 0
    epoch: int = 0
    clock: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=9))
    environment: ActivityEnvironment = field(default_factory=ActivityEnvironment)

    def open(self) -> "Hands":
        changes = self.brain.first_ready()
        request = OpenWorkOrders(tenant_id=self.factory.id, job_id=self.job_id, epoch=self.epoch, changes=changes)
        self.seq = self.environment.run(WorkOrderActivities().open, request)
        self.brain.commit(Decision(changes=changes))
        return self

    def later(self, minutes: float) -> None:
        """Let time pass on the floor's own clock."""
        self.clock += timedelta(minutes=minutes)

    def work_order(self, key: str, attempt: int | None = None) -> Any:
        """A step's row, of its latest attempt unless told otherwise; None where there is none."""
        found = rows(
            self.factory, "SELECT * FROM work_orders WHERE job_id = :job AND step_key = :key "
            "AND (attempt = :attempt OR CAST(:attempt AS int) IS NULL) ORDER BY attempt DESC LIMIT 1",
            job=self.job_id, key=key, attempt=attempt,
        )  # fmt: skip
        return found[0] if found else None

    def command(self, request: Any, key: str | None = None, **more: Any) -> Command:
        """A command as the API makes it; `by` names a role, `actor` a person."""
        actor: Actor = more.pop("actor", None) or self.factory.actor(more.pop("by", Role.MANAGER))
        step = None if key is None else self.brain.graph.keys.index(key)
        row = None if key is None else self.work_order(key)
        return Command(**{
            "id": uuid4(), "request": request, "actor_id": actor.user_id, "work_order_id": row.id if row else None,
            "may_act_for_others": actor.may(Permission.WORK_ORDERS_CONTROL), "step": step,
            "attempt": row.attempt if row else 1, "received_at": self.clock,
            "label": f"{row.code} {row.name}" if row else "", "door": Door.UPDATE, **more,
        })  # fmt: skip

    def moves(self, *commands: Command, seq: int | None = None, epoch: int | None = None) -> ApplyMoves:
        """The delivery a workflow would make of these commands now."""
        trial = self.brain.copy()
        moves = []
        for command in commands:
            decision = trial.decide(command.ask())
            if decision.refusal is None:
                trial.commit(decision)
            moves.append(Move(command=command, decision=decision))
        return ApplyMoves(
            tenant_id=self.factory.id, job_id=self.job_id, epoch=self.epoch if epoch is None else epoch,
            seq=self.seq if seq is None else seq, moves=tuple(moves),
        )  # fmt: skip

    def write(self, request: ApplyMoves) -> tuple[Outcome, ...]:
        """Have a delivery written; the brain stays as it was."""
        return self.environment.run(WorkOrderActivities().apply, request).outcomes

    def deliver(self, *commands: Command) -> tuple[Outcome, ...]:
        """Decide, write, and commit what was applied, as the workflow does."""
        request = self.moves(*commands)
        outcomes = self.write(request)
        for move, outcome in zip(request.moves, outcomes, strict=False):
            if outcome.state is CommandState.APPLIED and outcome.seq == self.seq + 1:
                self.seq += 1
                self.brain.commit(move.decision)
        return outcomes

    def do(self, request: Any, key: str | None = None, **more: Any) -> Outcome:
        """Do one thing; fails the test where it is refused."""
        (outcome,) = self.deliver(self.command(request, key, **more))
        assert outcome.state is CommandState.APPLIED, outcome
        return outcome

    def refused(self, request: Any, key: str | None = None, **more: Any) -> Outcome:
        """Ask for one thing that must be refused."""
        (outcome,) = self.deliver(self.command(request, key, **more))
        assert outcome.state is CommandState.REFUSED, outcome
        return outcome

    def work(self, key: str, minutes: float = 5, **pieces: Any) -> Outcome:
        """Start and complete a step with the data it asks for."""
        self.do(StartWorkOrder(), key)
        self.later(minutes)
        return self.do(CompleteWorkOrder(**{"data": DATA.get(key, ()), **pieces}), key)

    def finish(self) -> None:
        """Close the job as its workflow does."""
        if self.brain.status is not Status.CANCELLED:
            self.brain.status = Status.DONE
        request = FinishJob(
            tenant_id=self.factory.id, job_id=self.job_id, epoch=self.epoch, seq=self.seq, status=self.brain.status,
            produced=self.brain.produced(),
        )  # fmt: skip
        self.environment.run(JobActivities().finish, request)


def hands_of(factory: Factory, order_id: UUID, lot: int = 1) -> Hands:
    """Hands for one job of an order that is scaled."""
    row = rows(
        factory, "SELECT id, plan_hash, quantity FROM jobs WHERE order_id = :order AND lot_number = :lot",
        order=order_id, lot=lot,
    )[0]  # fmt: skip
    data = ActivityEnvironment().run(
        JobActivities().load_graph, GraphRequest(tenant_id=factory.id, job_id=row.id, plan_hash=row.plan_hash)
    )
    graph = data.graph()
    return Hands(factory, order_id, row.id, row.plan_hash, Job(graph, fresh_state(graph, data.quantity)))


def lamp_job(
    factory: Factory, quantity: str = "1", *, stocked: bool = True, steps: Iterable[dict[str, Any]] = STEPS
) -> Hands:
    """A lamp order of one job, open for work, with plenty in stock unless told otherwise."""
    publish_lamp(factory, steps)
    if stocked:
        receive(factory, **dict.fromkeys(PARTS, "1000"))
    order_id = place(factory, quantity)
    scale(factory, order_id)
    return hands_of(factory, order_id).open()
