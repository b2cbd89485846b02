"""Whole lists as text that PostgreSQL writes: to the letter what is written of the same rows as pages show them."""

from collections.abc import Sequence

from api.person_archive import cell
from models.messages.base import Message
from models.messages.exports import EntryExport, JobExport, WorkOrderExport
from models.records import stock_ledger
from models.records.cells import Cells
from models.records.jobs import views as jobs
from models.records.work_orders import views as work_orders
from models.rules.access import Role
from tests.factories import Factory
from tests.floor import execute, lamp_job


def _same(whole: Cells, shown: Sequence[Message]) -> None:
    written = [tuple(row) for row in whole.of(type(shown[0]).model_fields)]
    texts = ([", ".join(value) if isinstance(value, tuple) else value for _, value in row] for row in shown)
    assert [[one or "" for one in row] for row in written] == [[cell(one) for one in row] for row in texts]


def test_what_the_database_writes_is_what_is_written_of_the_pages(tenant: Factory) -> None:
    lamp_job(tenant, "2").work("cut")
    execute(tenant, """
        UPDATE work_orders SET name = CASE step_index WHEN 1 THEN '=1+1' WHEN 2 THEN '-5' ELSE '@A "b", c' END,
               skills = CASE WHEN step_index < 3 THEN '{=A,B}'::text[] ELSE '{}' END, hold_reason = '', quantity = 2.5,
               planned_minutes = 1200, due_at = '2027-01-02 03:04:05.060700+00'
    """)  # fmt: skip
    execute(tenant, "UPDATE jobs SET due_at = '2027-01-02 03:04:05+02', hold_reason = '@x', held = true")
    me = tenant.actor(Role.TECHNICIAN).user_id
    with tenant.read() as session:
        orders, entries = WorkOrderExport(), EntryExport()
        _same(work_orders.every_work_order(session, orders, me), work_orders.work_orders(session, orders, me).items)
        _same(jobs.every_job(session, JobExport()), jobs.jobs(session, JobExport()).items)
        _same(stock_ledger.every_entry(session, entries), stock_ledger.entries(session, entries).items)
