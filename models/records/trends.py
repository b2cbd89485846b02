"""Days in a row in figures: what came out, how good it was, what was on time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import text
from sqlmodel import Session

from models.messages.figures import DayFigures, FiguresTrend, PeriodFigures
from models.rules.figures import share

# Days are counted in the asker's zone, so that a day of the change to summer time is as long as it is; each
# day is a walk of the indexes by end, with no row's date to convert.
_DAYS = text("""
    WITH days AS (
        SELECT d AS day, d AT TIME ZONE :zone AS began_at, (d + interval '1 day') AT TIME ZONE :zone AS ended_at
          FROM generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), interval '1 day') d)
    SELECT d.began_at, m.products, w.good, w.bad, k.orders_ended, k.orders_on_time
      FROM days d
     CROSS JOIN LATERAL (SELECT coalesce(sum(good), 0) AS good, coalesce(sum(scrapped + rejected), 0) AS bad
                           FROM work_orders
                          WHERE ended_at >= d.began_at AND ended_at < d.ended_at AND state = 'COMPLETED') w
     CROSS JOIN LATERAL (SELECT coalesce(sum(produced), 0) AS products FROM jobs
                          WHERE ended_at >= d.began_at AND ended_at < d.ended_at AND status = 'DONE') m
     CROSS JOIN LATERAL (SELECT count(*) AS orders_ended,
                                count(*) FILTER (WHERE ended_at <= due_at) AS orders_on_time FROM orders
                          WHERE ended_at >= d.began_at AND ended_at < d.ended_at AND status = 'DONE') k
     ORDER BY d.day
""")
_OPEN = text("""
    SELECT count(*) AS open, count(*) FILTER (WHERE due_at < :now) AS late FROM orders
     WHERE status IN ('PLANNED', 'IN_PROGRESS', 'ON_HOLD')
""")


def trend(session: Session, now: datetime, days: int) -> FiguresTrend:
    """Return the days up to now, by the zone that `now` is told in, and what they add up to."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    first = today - timedelta(days=2 * days - 1)
    asked = {"zone": str(now.tzinfo), "first": first, "last": today}
    rows = tuple(DayFigures.model_validate(dict(row)) for row in session.execute(_DAYS, asked).mappings())
    present = session.execute(_OPEN, {"now": now}).one()
    return FiguresTrend(
        days=rows[days:], present=_period(rows[days:]), before=_period(rows[:days]), late_orders=present.late,
        open_orders=present.open,
    )  # fmt: skip


def _period(days: Sequence[DayFigures]) -> PeriodFigures:
    ended, on_time = sum(day.orders_ended for day in days), sum(day.orders_on_time for day in days)
    good, bad = sum((day.good for day in days), Decimal(0)), sum((day.bad for day in days), Decimal(0))
    return PeriodFigures(
        products=sum((day.products for day in days), Decimal(0)), good=good, bad=bad, orders_ended=ended,
        orders_on_time=on_time, on_time_percent=share(on_time, ended), yield_percent=share(good, good + bad),
    )  # fmt: skip
