"""Row-level security: bound to another factory, no function finds or changes anything."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.connections.ids import new_id
from models.messages.catalog import PartFilters, ProductFilters, SupplierFilters, WorkCenterFilters
from models.messages.command_views import CommandFilters
from models.messages.jobs import FinishJob, GraphRequest, OpenWorkOrders
from models.messages.orders import JobPage, ManufacturingOrderFilters, OrderFilters
from models.messages.stock import BalanceFilters, EntryFilters, StockMove
from models.messages.template_library import TemplateFilters
from models.messages.work_orders import EventFilters, JobFilters, WorkOrderFilters
from models.records import (
    command_views,
    commands,
    costs,
    order_views,
    orders,
    outbox,
    plans,
    stock,
    stock_ledger,
    templates,
)
from models.records import stock_views as stocks
from models.records.catalog import parts, products, suppliers, work_centers
from models.records.jobs import explain, inputs, life, state, views
from models.records.refusals import Missing
from models.records.work_orders import rows as work_order_rows
from models.records.work_orders import views as work_orders
from models.records.work_orders.apply import apply
from models.rules.commands import Door
from models.rules.orders import Status
from models.rules.stock import MoveKind
from tests.factories import Factory
from tests.floor import Hands, scalar

Call = Callable[[Session, Hands, Factory], Any]


def _step(job: Hands) -> Any:
    return job.work_order("cut").id


LISTS: dict[str, Call] = {
    "orders": lambda s, _j, _f: order_views.orders(s, OrderFilters()).items,
    "manufacturing orders": lambda s, _j, _f: order_views.manufacturing_orders(s, ManufacturingOrderFilters()).items,
    "jobs": lambda s, _j, _f: views.jobs(s, JobFilters()).items,
    "events": lambda s, j, _f: views.events(s, j.job_id, EventFilters()).items,
    "states": lambda s, j, _f: views.states(s, j.job_id),
    "work orders": lambda s, j, _f: work_orders.work_orders(s, WorkOrderFilters(job_id=j.job_id), j.job_id).items,
    "attempts": lambda s, j, _f: work_order_rows.fates_and_attempts(s, j.job_id, (), [(0, 1)])[1],
    "commands": lambda s, _j, _f: command_views.commands(s, CommandFilters()).items,
    "undelivered": lambda s, _j, _f: commands.undelivered(s, older_than=timedelta(), again_after=timedelta()),
    "fates": lambda s, j, _f: work_order_rows.fates_and_attempts(s, j.job_id, [_command(j)], ())[0],
    "stored": lambda s, j, _f: commands.stored(s, [_command(j)]),
    "job status": lambda s, j, _f: commands.job_status(s, j.job_id),
    "jobs of an order": lambda s, j, _f: orders.job_ids(s, j.order_id),
    "jobs to start": lambda s, j, f: inputs.jobs_to_start(s, JobPage(tenant_id=f.id, order_id=j.order_id)).jobs,
    "rebuilt": lambda s, j, f: inputs.rebuilt(s, f.id, j.job_id),
    "all open": lambda s, _j, _f: inputs.all_open(s),
    "not launched": lambda s, _j, f: orders.not_launched(s, f.id),
    "outbox": lambda s, _j, _f: outbox.take(s, 10, "audit"),
    "audit entries": lambda s, j, _f: outbox.known_entries(s, [str(_command(j))]),
    "balances": lambda s, _j, _f: stocks.balances(s, BalanceFilters()).items,
    "entries": lambda s, _j, _f: stock_ledger.entries(s, EntryFilters()).items,
    "parts": lambda s, _j, _f: parts.parts(s, PartFilters()).items,
    "parts by SKU": lambda s, _j, _f: parts.parts_by_sku(s, ["WIRE"]),
    "products": lambda s, _j, _f: products.products(s, ProductFilters()).items,
    "suppliers": lambda s, _j, _f: suppliers.suppliers(s, SupplierFilters()).items,
    "work centres": lambda s, _j, _f: work_centers.work_centers(s, WorkCenterFilters()).items,
    "templates": lambda s, _j, _f: templates.templates(s, TemplateFilters()).items,
    "acknowledge": lambda s, j, f: commands.acknowledge(
        s, scalar(j.factory, "SELECT id FROM commands WHERE state = 'REFUSED'"), f.actor().user_id
    ),
}  # fmt: skip

SINGLE: dict[str, Call] = {
    "order": lambda s, j, _f: order_views.order(s, j.order_id),
    "requirements": lambda s, j, _f: order_views.requirements(
        s, scalar(j.factory, "SELECT id FROM manufacturing_orders")
    ),
    "job": lambda s, j, _f: views.job(s, j.job_id),
    "detail": lambda s, j, f: views.detail(s, f.id, j.job_id),
    "explain": lambda s, j, f: explain.explain(s, f.id, j.job_id),
    "state": lambda s, j, _f: state.load_state(s, j.job_id, j.brain.graph),
    "work order": lambda s, j, f: work_orders.work_order(s, f.id, _step(j)),
    "command": lambda s, j, _f: command_views.command(s, _command(j)),
    "accept for a work order": lambda s, j, f: _accept(s, f, work_order_id=_step(j)),
    "accept for a job": lambda s, j, f: _accept(s, f, job_id=j.job_id),
    "graph": lambda s, j, f: life.graph(s, GraphRequest(tenant_id=f.id, job_id=j.job_id, plan_hash=j.plan_hash)),
    "plan": lambda s, j, f: plans.plan(s, f.id, j.plan_hash),
    "lock job": lambda s, j, _f: work_order_rows.lock_job(s, j.job_id),
    "apply": lambda s, j, _f: apply(s, j.moves(j.command(_pause(), "cut"))),
    "open": lambda s, j, f: life.open_work_orders(
        s, OpenWorkOrders(tenant_id=f.id, job_id=j.job_id, epoch=0, changes=())
    ),
    "finish": lambda s, j, f: life.finish(
        s, FinishJob(tenant_id=f.id, job_id=j.job_id, epoch=0, seq=j.seq, status=Status.DONE, produced=4)
    ),
    "stock post": lambda s, j, _f: stock.post(s, [_take(j)]),
    "template": lambda s, j, _f: templates.template(s, scalar(j.factory, "SELECT id FROM templates")),
    "part": lambda s, j, _f: parts.part(s, scalar(j.factory, "SELECT id FROM parts LIMIT 1")),
    "product": lambda s, j, _f: products.product(s, scalar(j.factory, "SELECT id FROM products")),
    "work centre": lambda s, j, _f: work_centers.work_center(
        s, scalar(j.factory, "SELECT id FROM work_centers LIMIT 1")
    ),
}  # fmt: skip


def _command(job: Hands) -> Any:
    return scalar(job.factory, "SELECT id FROM commands LIMIT 1")


def _accept(session: Session, stranger: Factory, **target: Any) -> Any:
    asked = commands.Asked(
        id=new_id(), request=_pause(), request_hash="", occurred_at=None, received_at=datetime.now(UTC),
        **({"work_order_id": None, "job_id": None} | target),
    )  # fmt: skip
    return commands.accept(session, stranger.actor(), Door.UPDATE, [asked])


def _pause() -> Any:
    from models.messages.commands import PauseWorkOrder

    return PauseWorkOrder()


def _take(job: Hands) -> StockMove:
    part = scalar(job.factory, "SELECT id FROM parts WHERE sku = 'WIRE'")
    return StockMove(key="theft", kind=MoveKind.ISSUE, part_id=part, quantity=1, occurred_at=job.clock)


@pytest.fixture
def busy(job: Hands) -> Hands:
    """A job with some of everything."""
    job.refused(_pause(), "cut")
    job.work("cut")
    return job


@pytest.mark.parametrize("name", LISTS)
def test_a_stranger_finds_nothing(busy: Hands, other_tenant: Factory, name: str) -> None:
    with other_tenant.begin() as session:
        assert not LISTS[name](session, busy, other_tenant)


@pytest.mark.parametrize("name", SINGLE)
def test_a_stranger_is_told_that_there_is_no_such_thing(busy: Hands, other_tenant: Factory, name: str) -> None:
    with pytest.raises((Missing, LookupError)), other_tenant.begin() as session:
        SINGLE[name](session, busy, other_tenant)


def test_a_strangers_cost_sheet_of_my_order_is_empty(busy: Hands, other_tenant: Factory) -> None:
    with other_tenant.read() as session:
        sheet = costs.sheet_of_order(session, busy.order_id)
        assert set(sheet.model_dump().values()) == {0}
        assert costs.actual_of_job(session, busy.job_id).total == 0


def test_rows_cannot_be_written_into_another_factory(busy: Hands, other_tenant: Factory) -> None:
    from models.records import codes

    with pytest.raises(DBAPIError, match="row-level security"), other_tenant.begin() as session:
        codes.take(session, busy.factory.id, "WO")


def test_a_plan_kept_in_memory_is_not_shown_to_another_factory(busy: Hands, other_tenant: Factory) -> None:
    with busy.factory.read() as session:
        plans.plan(session, busy.factory.id, busy.plan_hash)
    with other_tenant.read() as session, pytest.raises(LookupError):
        plans.plan(session, other_tenant.id, busy.plan_hash)
