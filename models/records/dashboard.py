"""The factory at a glance: five statements, each by an index, whatever history lies behind it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from models.messages.dashboard import (
    Cause,
    CenterLoad,
    Dashboard,
    Endangered,
    EndangeredJob,
    HourOutput,
    ShortPart,
    Tally,
    Throughput,
)
from models.messages.figures import StateCount

_MOST_ENDANGERED, _MOST_SHORT = 8, 8
_DAY = timedelta(days=1)
_TALLIES = text("""
    SELECT what, state, CAST(sum(count) AS int) AS count FROM (
        SELECT 'orders' AS what, status AS state, count(*) AS count FROM orders
         WHERE status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD') GROUP BY 2
        UNION ALL SELECT 'orders', status, count(*) FROM orders WHERE ended_at >= :since GROUP BY 2
        UNION ALL SELECT 'manufacturing_orders', status, count(*) FROM manufacturing_orders
         WHERE status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD') GROUP BY 2
        UNION ALL SELECT 'manufacturing_orders', status, count(*) FROM manufacturing_orders WHERE ended_at >= :since
         GROUP BY 2
        UNION ALL SELECT 'jobs', CASE WHEN held THEN 'ON_HOLD' ELSE status END, count(*) FROM jobs
         WHERE status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD') GROUP BY 2
        UNION ALL SELECT 'jobs', status, count(*) FROM jobs WHERE ended_at >= :since GROUP BY 2
        UNION ALL SELECT 'work_orders', state, count(*) FROM work_orders WHERE ended_at IS NULL GROUP BY 2
        UNION ALL SELECT 'work_orders', state, count(*) FROM work_orders WHERE ended_at >= :since GROUP BY 2) one
     GROUP BY what, state
""")
# A job is endangered where now plus its open work in a row passes its date. Its cause is its foremost work order:
# what is held before what is paused, before what nobody has begun, before what runs.
_ENDANGERED = text("""
    WITH slow AS MATERIALIZED (
        SELECT j.id, j.code, j.order_id, j.due_at, j.priority, j.held, j.hold_reason, j.due_at < :now AS late,
               w.minutes_left
          FROM jobs j CROSS JOIN LATERAL (SELECT coalesce(sum(w.planned_minutes), 0) AS minutes_left
                                            FROM work_orders w WHERE w.job_id = j.id AND w.ended_at IS NULL) w
         WHERE j.status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD') AND j.due_at < :horizon
           AND j.due_at < CAST(:now AS timestamptz) + CAST(w.minutes_left AS float8) * interval '1 minute')
    SELECT e.*, o.code AS order_code, p.name AS product, o.customer_name AS customer, f.name AS step, f.state,
           f.held AS step_held, f.hold_reason AS step_reason, f.person, f.since,
           (SELECT count(*) FROM slow WHERE late) AS all_late, (SELECT count(*) FROM slow WHERE NOT late) AS all_at_risk
      FROM (SELECT * FROM slow ORDER BY due_at, priority, id LIMIT :most) e
      JOIN orders o ON o.id = e.order_id JOIN products p ON p.id = o.product_id
      LEFT JOIN LATERAL (
            SELECT w.name, w.state, w.held, w.hold_reason, u.display_name AS person,
                   coalesce(w.started_at, w.ready_at) AS since
              FROM work_orders w LEFT JOIN users u ON u.id = w.assignee_id
             WHERE w.job_id = e.id AND w.ended_at IS NULL AND (w.held OR w.state <> 'WAITING')
             ORDER BY w.held DESC, array_position(ARRAY['PAUSED', 'READY', 'IN_PROGRESS'], CAST(w.state AS text)),
                      w.step_index LIMIT 1) f ON true
     ORDER BY e.due_at, e.priority, e.id
""")
_CENTERS = text("""
    SELECT c.code, c.name, c.machines, count(*) FILTER (WHERE w.state = 'IN_PROGRESS') AS running,
           count(*) FILTER (WHERE w.state = 'READY' AND NOT (w.held OR j.held)) AS ready,
           count(*) FILTER (WHERE w.state = 'PAUSED' AND NOT (w.held OR j.held)) AS paused,
           count(*) FILTER (WHERE w.held OR j.held) AS held,
           count(*) FILTER (WHERE w.state = 'WAITING' AND NOT (w.held OR j.held)) AS waiting,
           coalesce(sum(w.planned_minutes) FILTER (WHERE w.state <> 'WAITING'), 0) AS minutes
      FROM work_centers c
      LEFT JOIN work_orders w ON w.work_center_id = c.id AND w.ended_at IS NULL
      LEFT JOIN jobs j ON j.id = w.job_id
     WHERE c.active GROUP BY c.id ORDER BY minutes DESC, c.code
""")
# OFFSET 0 keeps the planner from reading the needs of every order there ever was.
# What was taken is summed only where the orders' whole need exceeds the stock: of few parts, in a factory that runs.
_SHORT = text("""
    WITH open_orders AS MATERIALIZED (
             SELECT id FROM manufacturing_orders WHERE status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD')),
         doubtful AS MATERIALIZED (
             SELECT p.id, p.sku, p.name, p.uom, p.minimum_stock AS minimum, coalesce(b.quantity, 0) AS on_hand,
                    coalesce(w.quantity, 0) AS wanted
               FROM parts p LEFT JOIN stock_balances b ON b.part_id = p.id AND b.location = 'stock'
               LEFT JOIN (SELECT r.part_id, sum(r.quantity) AS quantity FROM open_orders m CROSS JOIN LATERAL (
                                SELECT * FROM requirements r WHERE r.manufacturing_order_id = m.id OFFSET 0) r
                           GROUP BY r.part_id) w
                      ON w.part_id = p.id
              WHERE p.active AND coalesce(b.quantity, 0) < greatest(coalesce(w.quantity, 0), p.minimum_stock)),
         issued AS (SELECT e.part_id, sum(-e.quantity) AS quantity FROM open_orders m
                      JOIN jobs j ON j.manufacturing_order_id = m.id
                      JOIN stock_entries e ON e.job_id = j.id AND e.location = 'stock' AND e.kind IN ('issue', 'return')
                     WHERE EXISTS (SELECT 1 FROM doubtful) GROUP BY e.part_id)
    SELECT d.id, d.sku, d.name, d.uom, d.on_hand, n.needed, d.minimum
      FROM doubtful d LEFT JOIN issued i ON i.part_id = d.id
     CROSS JOIN LATERAL (SELECT greatest(d.wanted - coalesce(i.quantity, 0), 0) AS needed) n
     WHERE n.needed > d.on_hand OR d.on_hand < d.minimum
     ORDER BY n.needed <= d.on_hand, d.on_hand / greatest(n.needed, d.minimum, 0.000001), d.sku LIMIT :most
""")
_OUTPUT = text("""
    SELECT date_bin('1 hour', ended_at, :midnight) AS began_at, count(*) AS work_orders, sum(good) AS good,
           sum(scrapped + rejected) AS bad,
           count(*) FILTER (WHERE ended_at < CAST(:now AS timestamptz) - interval '1 day') AS early
      FROM work_orders WHERE state = 'COMPLETED' AND ended_at >= CAST(:midnight AS timestamptz) - interval '1 day'
     GROUP BY 1 ORDER BY 1
""")
_PRODUCTS = text("""
    SELECT coalesce(sum(produced) FILTER (WHERE ended_at >= :midnight), 0) AS today,
           coalesce(sum(produced) FILTER (WHERE ended_at < CAST(:now AS timestamptz) - interval '1 day'), 0)
               AS yesterday
      FROM jobs WHERE status = 'DONE' AND ended_at >= CAST(:midnight AS timestamptz) - interval '1 day'
""")


def dashboard(session: Session, now: datetime, midnight: datetime, since: datetime) -> Dashboard:
    """Return a factory at a glance; `midnight` begins the day, what ended is counted from `since` on."""
    return Dashboard(
        at=now, tallies=_tallies(session, since), throughput=_throughput(session, now, midnight),
        endangered=endangered(session, now, _MOST_ENDANGERED),
        centers=tuple(CenterLoad.model_validate(dict(row)) for row in session.execute(_CENTERS).mappings()),
        short=short(session, _MOST_SHORT),
    )  # fmt: skip


def _tallies(session: Session, since: datetime) -> tuple[Tally, ...]:
    rows = session.execute(_TALLIES, {"since": since}).all()
    return tuple(
        Tally(what=what, counts=tuple(StateCount(state=row.state, count=row.count) for row in rows if row.what == what))
        for what in ("orders", "manufacturing_orders", "jobs", "work_orders")
    )


def _throughput(session: Session, now: datetime, midnight: datetime) -> Throughput:
    day = {"now": now, "midnight": midnight}
    rows = session.execute(_OUTPUT, day).all()
    today = [row for row in rows if row.began_at >= midnight]
    products = session.execute(_PRODUCTS, day).one()
    return Throughput(
        hours=tuple(HourOutput(began_at=row.began_at, work_orders=row.work_orders) for row in today),
        work_orders=sum(row.work_orders for row in today),
        work_orders_yesterday=sum(row.early for row in rows if row.began_at < midnight),
        good=sum((row.good for row in today), Decimal(0)), bad=sum((row.bad for row in today), Decimal(0)),
        products=products.today, products_yesterday=products.yesterday,
    )  # fmt: skip


def short(session: Session, most: int) -> tuple[ShortPart, ...]:
    """Return the parts of which most is missing."""
    rows = session.execute(_SHORT, {"most": most}).mappings()
    return tuple(ShortPart.model_validate(dict(row)) for row in rows)


def endangered(session: Session, now: datetime, most: int) -> Endangered:
    """Return the jobs that are late or will be, the worst first, and how many there are."""
    asked = {"now": now, "horizon": now + 30 * _DAY, "most": most}
    rows = session.execute(_ENDANGERED, asked).all()
    return Endangered(
        late=rows[0].all_late if rows else 0, at_risk=rows[0].all_at_risk if rows else 0,
        jobs=tuple(_endangered_job(row) for row in rows),
    )  # fmt: skip


def _endangered_job(row: Row[Any]) -> EndangeredJob:
    cause = _cause(row)
    return EndangeredJob(
        id=row.id, code=row.code, order_id=row.order_id, order_code=row.order_code, product=row.product,
        customer=row.customer, due_at=row.due_at, minutes_left=row.minutes_left, late=row.late, cause=cause,
        step=row.step, state=row.state, person=row.person, since=row.since,
        reason=row.hold_reason if cause is Cause.JOB_HELD else row.step_reason,
    )  # fmt: skip


def _cause(row: Row[Any]) -> Cause:
    if row.held:
        return Cause.JOB_HELD
    if row.step_held:
        return Cause.STEP_HELD
    by_state = {"PAUSED": Cause.PAUSED, "READY": Cause.NOT_STARTED, "IN_PROGRESS": Cause.IN_WORK}
    return by_state.get(row.state, Cause.WAITING)
