"""What trust costs: asking who is there at each request, and row-level security on the lists people look at most."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import create_engine, event, text

from api.app import create_app
from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from deploy.bench.statements import counted
from models.connections.postgres import begin, engine, read
from models.connections.settings import settings
from models.messages.orders import OrderFilters
from models.messages.stock import EntryFilters
from models.messages.work_orders import WorkOrderFilters
from models.records import order_views, stock_ledger
from models.records.work_orders import views
from models.rules.orders import Status
from models.rules.stock import MoveKind
from models.rules.work_orders import WorkOrderState

_PAIRS, _READINGS, _CALLS = 7, 30, 200
_TABLES = ("orders", "work_orders", "jobs", "stock_entries", "parts", "products", "templates", "users", "work_centers",
           "teams")  # fmt: skip
_MORE_ORDERS = text("""
    INSERT INTO orders (tenant_id, id, code, kind, product_id, template_id, quantity, lot_size, due_at, priority,
        status, notes, site, created_by, created_at, launched_at, ended_at, row_version)
    SELECT tenant_id, gen_random_uuid(), 'BENCH-' || n, kind, product_id, template_id, quantity, lot_size,
           due_at + n * interval '1 min', priority, 'DONE', '', site, created_by, created_at + n * interval '1 s',
           now(), now(), 1
      FROM (SELECT * FROM orders LIMIT 1) o, generate_series(1, :count) n
""")
_MORE_WORK_ORDERS = text("""
    INSERT INTO work_orders (tenant_id, id, code, job_id, step_index, step_key, name, attempt, state, held,
        work_center_id, optional, quality_gate, priority, due_at, planned_minutes, quantity)
    SELECT tenant_id, gen_random_uuid(), 'BENCH-' || n, job_id, step_index, step_key, name, 1000 + n, 'SKIPPED', false,
           work_center_id, optional, quality_gate, priority, due_at + n * interval '1 min', planned_minutes, quantity
      FROM (SELECT * FROM work_orders LIMIT 1) w, generate_series(1, :count) n
""")


async def measure(factory: Factory, rows: int) -> list[Figure]:
    """Return what a request pays to be authorised, and what each hot list pays for row-level security."""
    await factory.order(factory.publish(1, 5), 1)
    with begin(factory.actor.tenant_id) as session:
        session.execute(_MORE_ORDERS, {"count": rows})
        session.execute(_MORE_WORK_ORDERS, {"count": rows})
    return [*await _authorisation(factory), *_row_level_security(factory.actor.tenant_id)]


async def _authorisation(factory: Factory) -> list[Figure]:
    transport = httpx2.ASGITransport(app=create_app())
    headers = {"Authorization": f"Bearer {factory.token}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://bench.test", headers=headers) as client:

        async def milliseconds(path: str) -> float:
            began = time.perf_counter()
            (await client.get(path)).raise_for_status()
            return (time.perf_counter() - began) * 1000

        await milliseconds("/api/v1/auth/me")
        with counted() as statements:
            await milliseconds("/api/v1/auth/me")
        pairs = [(await milliseconds("/api/v1/auth/me"), await milliseconds("/healthz")) for _ in range(_CALLS)]
    mine, nobody = median(mine for mine, _ in pairs), median(nobody for _, nobody in pairs)
    note = f"median of {_CALLS} pairs: {mine:.2f} ms signed in, {nobody:.2f} ms open to all"
    return [
        Figure("access", "SQL statements of authorisation", len(statements), at_most=1),
        Figure("access", "authorisation added to a request", mine - nobody, "ms", at_most=1, note=note),
    ]


def _row_level_security(tenant_id: UUID) -> list[Figure]:
    owner = create_engine(
        str(settings().database_owner_url).replace("postgresql://", "postgresql+psycopg://", 1),
        isolation_level="AUTOCOMMIT",
    )
    try:
        with owner.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            return [_cost(connection, tenant_id, name, ask) for name, ask in _LISTS.items()]
    finally:
        owner.dispose()


_LISTS: dict[str, Callable[[Any], object]] = {
    "orders": lambda session: order_views.orders(session, OrderFilters(status=(Status.DONE,))),
    "work orders": lambda session: views.work_orders(
        session, WorkOrderFilters(state=(WorkOrderState.SKIPPED,)), UUID(int=0)
    ),
    "stock entries": lambda session: stock_ledger.entries(session, EntryFilters(kind=MoveKind.RECEIPT)),
}


def _cost(owner: Any, tenant_id: UUID, name: str, ask: Callable[[Any], object]) -> Figure:  # noqa: ANN401 - a connection
    """Compare a list under row-level security with the same list by a filter that nobody forgot."""
    ratios, secured, filtered = [], [], []
    for _ in range(_PAIRS):
        secured.append(_reading(tenant_id, ask))
        with _without_security(owner), _filtered(tenant_id):
            filtered.append(_reading(tenant_id, ask))
        ratios.append(secured[-1] / filtered[-1])
    note = f"{median(secured):.2f} ms against {median(filtered):.2f} ms"
    return Figure(
        "access", f"list of {name}: row-level security ÷ filter", median(ratios), "x", at_most=1.15, note=note
    )


def _reading(tenant_id: UUID, ask: Callable[[Any], object]) -> float:
    times = []
    for _ in range(_READINGS):
        with read(tenant_id) as session:
            began = time.perf_counter()
            ask(session)
            times.append((time.perf_counter() - began) * 1000)
    return median(times)


@contextmanager
def _without_security(owner: Any) -> Iterator[None]:  # noqa: ANN401 - a connection
    for table in _TABLES:
        owner.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    try:
        yield
    finally:
        for table in _TABLES:
            owner.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@contextmanager
def _filtered(tenant_id: UUID) -> Iterator[None]:
    """Add to each list the filter that row-level security makes unnecessary."""

    def with_filter(
        _connection: object, _cursor: object, statement: str, parameters: object, _context: object, _many: object
    ) -> tuple[str, object]:
        for table in ("orders", "work_orders", "stock_entries"):
            statement = statement.replace(f"WHERE {table}.", f"WHERE {table}.tenant_id = '{tenant_id}' AND {table}.", 1)
        return statement, parameters

    event.listen(engine(), "before_cursor_execute", with_filter, retval=True)
    try:
        yield
    finally:
        event.remove(engine(), "before_cursor_execute", with_filter)
