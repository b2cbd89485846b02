"""The factory in numbers, for those who see nothing else."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from models.messages.figures import FactoryFigures, Output, StateCount

_COUNTS = text("""
    SELECT 'orders' AS what, status AS state, count(*) AS count FROM orders GROUP BY status
    UNION ALL SELECT 'jobs', status, count(*) FROM jobs GROUP BY status
    UNION ALL SELECT 'work_orders', state, count(*) FROM work_orders GROUP BY state ORDER BY 1, 2
""")
_FIGURES = text("""
    SELECT (SELECT count(*) FROM orders WHERE due_at < :now AND status NOT IN ('DONE', 'CANCELLED')) AS late_orders,
           (SELECT count(*) FROM work_orders
             WHERE due_at < :now AND state NOT IN ('COMPLETED', 'SKIPPED', 'CANCELLED')) AS late_work_orders,
           (SELECT coalesce(sum(b.quantity * p.unit_cost), 0) FROM stock_balances b JOIN parts p ON p.id = b.part_id
             WHERE b.location = 'stock') AS stock_value,
           (SELECT count(*) FROM parts p LEFT JOIN stock_balances b ON b.part_id = p.id AND b.location = 'stock'
             WHERE p.active AND coalesce(b.quantity, 0) < p.minimum_stock) AS parts_below_minimum
""")
_OUTPUT = text("""
    SELECT count(*) AS work_orders, coalesce(sum(good), 0) AS good, coalesce(sum(scrapped), 0) AS scrapped,
           coalesce(sum(rejected), 0) AS rejected
      FROM work_orders WHERE state = 'COMPLETED' AND ended_at >= :since
""")


def figures(session: Session, now: datetime, since: datetime) -> FactoryFigures:
    """Return a factory's numbers at an instant; three statements, whatever its size."""
    counts = session.execute(_COUNTS).all()
    output = session.execute(_OUTPUT, {"since": since}).mappings().one()

    def of(what: str) -> tuple[StateCount, ...]:
        return tuple(StateCount(state=row.state, count=row.count) for row in counts if row.what == what)

    return FactoryFigures(
        orders=of("orders"), jobs=of("jobs"), work_orders=of("work_orders"), output=Output(since=since, **output),
        **session.execute(_FIGURES, {"now": now}).mappings().one(),
    )  # fmt: skip
