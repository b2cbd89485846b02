"""The demo's plot: publish, receive, order, work, and look whether every figure came out."""

from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic
from typing import Any

from deploy.demo import floor as shop
from deploy.demo.checks import check_all
from deploy.demo.findings import Findings
from deploy.demo.manual import FILE, Manual, read_manual
from deploy.demo.person import Impatient, Person
from deploy.demo.report import Killed, Report
from deploy.demo.scenario import LEFT_OUT, MACHINES, MANAGER, STOCKED_MACHINES, STOREKEEPER, TECHNICIANS
from deploy.demo.screen import Screen
from deploy.demo.stack import OwnStack
from deploy.demo.tally import Tally
from deploy.stack.plan import WORKERS
from models.messages.commands import SkipWorkOrder
from models.messages.orders import OrderView
from models.messages.stock import Posted
from models.messages.template_library import TemplateImported
from models.messages.templates import Plan, TemplateView
from models.messages.work_orders import JobView, WorkOrderView
from models.rules.orders import OrderKind

_WORK_SECONDS = 240  # far above what it takes; a demo that hangs must end
_DUE_DAYS = 14


@dataclass
class Story:
    """One demo on one stack."""

    stack: OwnStack
    screen: Screen
    manual: Manual = field(default_factory=read_manual)
    tally: Tally = field(default_factory=Tally)
    seconds: dict[str, float] = field(default_factory=dict)
    over: Event = field(init=False)

    def __post_init__(self) -> None:
        self.over = self.stack.ending

    def play(self) -> Report:
        """Play it all and return what came of it. Raises ApiRefused, NotTaken, Impatient where it cannot go on."""
        with ExitStack() as people:
            manager, storekeeper, *technicians = (
                people.enter_context(Person(self.stack.access(name), self.tally, self.over))
                for name in (MANAGER, STOREKEEPER, *TECHNICIANS)
            )
            with self._timed("publish, receive, order"):
                order = self._prepare(manager, storekeeper)
                jobs = self._opened_jobs(manager, order)
            findings = Findings(manager, storekeeper, self.manual, order)
            findings.look_before()
            with self._timed("work"):
                killed = self._work(shop.Floor(order, jobs, self.tally, self.screen), manager, technicians)
            with self._timed("wait for the order and the audit trail"):
                findings.wait_for_the_end(len(self.tally.commands))
            found = findings.look_after()
        return Report(found, self.tally, killed, check_all(self.manual, found, self.tally, killed), self.seconds)

    @contextmanager
    def _timed(self, act: str) -> Iterator[None]:
        began = monotonic()
        yield
        self.seconds[act] = monotonic() - began

    # --- the office -----------------------------------------------------------------------------------------
    def _prepare(self, manager: Person, storekeeper: Person) -> OrderView:
        yaml = {"yaml": FILE.read_text(encoding="utf-8"), "create_missing": True}
        draft = manager.api.post("/templates/import", TemplateImported, yaml).template
        template = manager.api.post(f"/templates/{draft.id}/publish", TemplateView, None)
        self.screen.note(f"{manager.name} publishes {template.code}: {template.title}, {template.step_count} steps")
        plan = storekeeper.api.get(f"/templates/{template.id}/plan", Plan)
        lines = [{"part": part.sku, "quantity": str(part.quantity * STOCKED_MACHINES)} for part in plan.parts]
        posted = storekeeper.api.post("/stock/receipts", Posted, {"lines": lines})
        self.screen.note(
            f"{storekeeper.name} receives {len(posted.balances)} parts, enough for {STOCKED_MACHINES} machines"
        )
        order = manager.api.post("/orders", OrderView, self._wanted(template))
        self.screen.note(f"{manager.name} orders {MACHINES} machines, each a job of its own: {order.code}")
        return order

    def _wanted(self, template: TemplateView) -> dict[str, Any]:
        return {
            "kind": OrderKind.CUSTOMER, "product": self.manual.product, "template_id": str(template.id),
            "quantity": str(MACHINES), "lot_size": "1", "customer_name": "Northwind Electronics",
            "due_at": (datetime.now(UTC) + timedelta(days=_DUE_DAYS)).isoformat(),
        }  # fmt: skip

    def _opened_jobs(self, manager: Person, order: OrderView) -> dict[Any, JobView]:
        """Wait until every job's workflow has opened its first work orders."""
        query = {"order_id": str(order.id), "limit": "200"}
        opened: set[object] = set()

        def all_opened() -> bool:
            ready = manager.patiently(
                lambda: list(manager.api.pages("/work-orders", WorkOrderView, state="READY", **query))
            )
            opened.update(each.job_id for each in ready)
            return len(opened) == MACHINES

        manager.wait_until(all_opened, f"the {MACHINES} jobs of {order.code} have opened")
        jobs = {job.id: job for job in manager.api.pages("/jobs", JobView, **query)}
        self.screen.jobs(
            (job.code for job in sorted(jobs.values(), key=lambda j: j.lot_number)), len(self.manual.steps)
        )
        return jobs

    # --- the floor ------------------------------------------------------------------------------------------
    def _work(self, floor: shop.Floor, manager: Person, technicians: list[Person]) -> Killed:
        """Let everybody work until all jobs have ended; meanwhile skip a step and kill a worker."""
        with ThreadPoolExecutor(len(technicians) + 1, thread_name_prefix="floor") as threads:
            acts = [threads.submit(shop.work, floor, person, number) for number, person in enumerate(technicians)]
            self._skip(floor, manager)
            killing = threads.submit(self._kill_a_worker, manager)
            everything: list[Future[Any]] = [*acts, killing]
            done, undone = wait(everything, timeout=_WORK_SECONDS, return_when=FIRST_EXCEPTION)
            if undone:
                # Nobody else can finish alone: everybody stops, then the first fault is told.
                self.over.set()
            for ended in done:
                ended.result()
            if undone:
                raise Impatient(f"The floor was not done after {_WORK_SECONDS} seconds.")
            return killing.result()

    def _skip(self, floor: shop.Floor, manager: Person) -> None:
        job = next(job for job in floor.jobs.values() if job.lot_number == LEFT_OUT.lot)
        steps = manager.api.pages("/work-orders", WorkOrderView, job_id=str(job.id), limit="200")
        step = next(each for each in steps if each.step_key == LEFT_OUT.step)
        manager.act(f"/work-orders/{step.id}/skip", SkipWorkOrder(reason=LEFT_OUT.reason))
        self.screen.step_done(job.code, (), f"{manager.name} skips {LEFT_OUT.step}: {LEFT_OUT.reason.lower()}")

    def _kill_a_worker(self, manager: Person) -> Killed:
        """Kill one worker half-way, and wait until the supervisor has brought it back."""
        half = len(self.manual.steps) * MACHINES
        if not self.tally.wait_for_actions(half, _WORK_SECONDS):
            raise Impatient(f"Not even {half} actions were accepted in {_WORK_SECONDS} seconds.")
        name = WORKERS[0]
        before = self.stack.kill(name)
        self.screen.note(f"*** {name} (process {before.process.pid}) is killed with SIGKILL in the middle of it ***")

        def back() -> bool:
            now = self.stack.process(name)
            return now.process.alive and now.process != before.process

        manager.wait_until(back, f"{name} is back")
        now = self.stack.process(name)
        return Killed(name, before.process.pid, now.process.pid, now.deaths, half)


def play(stack: OwnStack, screen: Screen) -> Report:
    """Play the demo on a fresh stack; its parent thread looks after the processes meanwhile."""
    began = monotonic()
    with screen.shown():
        report = stack.while_it_runs(Story(stack, screen).play)
    report.seconds["in all, without starting the servers"] = monotonic() - began
    return report
