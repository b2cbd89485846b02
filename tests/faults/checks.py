"""What must hold after a storm. Every check returns sentences about what does not."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from models.connections.mongo import mongo
from models.connections.postgres import read
from models.records import stock_views
from tests.faults.hands import Book, Sent
from tests.faults.storm import Storm
from tests.faults.workshop import STOCK

_COMMANDS = text("SELECT id, state, result FROM commands")
_FACTS = text("SELECT command_id, count(*) AS times, max(seq) AS seq FROM job_events GROUP BY command_id")
_MUST_BE_EMPTY = {
    "facts without a gap": """
        SELECT j.code, j.seq, count(e.seq) AS facts, min(e.seq) AS first, max(e.seq) AS last
          FROM jobs j LEFT JOIN job_events e ON e.job_id = j.id GROUP BY j.code, j.seq
        HAVING count(e.seq) <> j.seq OR min(e.seq) <> 1 OR max(e.seq) <> j.seq OR count(DISTINCT e.seq) <> count(e.seq)
    """,
    "one completion per attempt": """
        SELECT work_order_id, count(*) FROM job_events WHERE kind = 'work_orders:completed' GROUP BY 1
        HAVING count(*) > 1
    """,
    "every job done": """
        SELECT code, status, seq FROM jobs WHERE status <> 'DONE' OR ended_at IS NULL
    """,
    "every order ended": "SELECT code, status FROM orders WHERE status <> 'DONE' OR ended_at IS NULL",
    "every work order finished": """
        SELECT code, state FROM work_orders WHERE state NOT IN ('COMPLETED', 'SKIPPED')
    """,
    "no clock runs on": "SELECT work_order_id FROM time_entries WHERE ended_at IS NULL",
    "every movement sums to zero": """
        SELECT move_key, sum(quantity) FROM stock_entries GROUP BY move_key HAVING sum(quantity) <> 0
    """,
    "the ledger sums to zero per part": """
        SELECT part_id, sum(quantity) FROM stock_entries GROUP BY part_id HAVING sum(quantity) <> 0
    """,
    "every issue has its fact": """
        SELECT s.move_key FROM stock_entries s
         WHERE s.kind = 'issue' AND s.location = 'production' AND NOT EXISTS (
               SELECT 1 FROM job_events e WHERE e.job_id = s.job_id AND e.work_order_id = s.work_order_id
                  AND e.seq = split_part(s.move_key, ':', 2)::int
                  AND e.kind IN ('work_orders:completed', 'work_orders:reported'))
    """,
    "every completion has issued its parts, once": """
        SELECT w.code, l.line->>'sku' AS sku, (l.line->>'quantity')::numeric * w.quantity AS wanted, i.quantity
          FROM work_orders w JOIN jobs j ON j.id = w.job_id
          JOIN plan_snapshots p ON p.tenant_id = j.tenant_id AND p.content_hash = j.plan_hash
         CROSS JOIN LATERAL jsonb_array_elements(p.document->'steps'->w.step_index->'parts') AS l(line)
          LEFT JOIN LATERAL (SELECT sum(s.quantity) AS quantity FROM stock_entries s
                WHERE s.work_order_id = w.id AND s.kind = 'issue' AND s.location = 'production'
                  AND s.part_id = (l.line->>'part_id')::uuid) i ON true
         WHERE w.state = 'COMPLETED' AND w.attempt = 1
           AND coalesce(i.quantity, 0) <> (l.line->>'quantity')::numeric * w.quantity
    """,
    "rework issues nothing by itself": """
        SELECT w.code FROM stock_entries s JOIN work_orders w ON w.id = s.work_order_id WHERE w.attempt > 1
    """,
    "finished goods of every job, once": """
        SELECT j.code, j.produced, sum(s.quantity) AS in_stock
          FROM jobs j LEFT JOIN stock_entries s ON s.job_id = j.id AND s.kind = 'produce' AND s.location = 'stock'
         GROUP BY j.code, j.produced, j.quantity
        HAVING coalesce(sum(s.quantity), 0) <> j.produced OR j.produced <> j.quantity
    """,
}
_ISSUED = text("""
    SELECT p.sku, b.quantity AS left, coalesce(sum(s.quantity), 0) AS issued
      FROM parts p JOIN stock_balances b ON b.part_id = p.id AND b.location = 'stock'
      LEFT JOIN stock_entries s ON s.part_id = p.id AND s.kind = 'issue' AND s.location = 'production'
     WHERE p.sku = ANY(:skus) GROUP BY p.sku, b.quantity
""")
_APPLIED = text("SELECT id FROM commands WHERE state = 'APPLIED'")
_SHOWN = 5


def violations(storm: Storm) -> list[str]:
    """Return everything that does not hold in the databases after a storm."""
    found = [f"not settled: {storm.unsettled}"] if storm.unsettled else []
    found += storm.book.faults[:_SHOWN]
    with read(storm.shop.tenant_id) as session:
        found += _commands(session, storm.book)
        found += _rows(session)
        found += _stock(session)
        applied = {str(row.id) for row in session.execute(_APPLIED)}
    return found + list(_audit(storm, applied))


def applied_count(storm: Storm) -> int:
    """Return how many commands took effect."""
    with read(storm.shop.tenant_id) as session:
        return len(session.execute(_APPLIED).all())


def _commands(session: Session, book: Book) -> Iterator[str]:
    stored = {row.id: row for row in session.execute(_COMMANDS)}
    facts = {row.command_id: row for row in session.execute(_FACTS)}
    for sent in book.sent.values():
        row = stored.get(sent.id)
        if row is None:
            yield f"{sent.action} {sent.id} was answered {sent.answers} and is not in the inbox"
        else:
            yield from _fate(sent, row, facts.get(sent.id))
    for identity, fact in facts.items():
        if fact.times > 1:
            yield f"command {identity} is {fact.times} facts"
    applied = {identity for identity, row in stored.items() if row.state == "APPLIED"}
    missing = applied - facts.keys()
    if missing:
        yield f"{len(missing)} applied commands left no fact, such as {min(missing)}"


def _fate(sent: Sent, row: Any, fact: Any) -> Iterator[str]:
    if row.state == "PENDING":
        yield f"{sent.action} {sent.id} has no fate"
    if (row.state == "APPLIED") != (fact is not None):
        yield f"{sent.action} {sent.id} is {row.state}, and its fact is {fact}"
    for body in sent.acknowledged:
        if fact is None or body["seq"] != row.result["seq"]:
            yield f"{sent.action} {sent.id} was acknowledged as fact {body['seq']}; stored is {row.result}"
    refused = [status for status, body in sent.answers if status >= 400 and "command_id" in body]
    if refused and row.state != "REFUSED":
        yield f"{sent.action} {sent.id} was refused with {refused} and is {row.state}"


def _rows(session: Session) -> Iterator[str]:
    for rule, statement in _MUST_BE_EMPTY.items():
        rows = session.execute(text(statement)).all()
        if rows:
            yield f"{rule}: {len(rows)} exceptions, such as {[tuple(row) for row in rows[:_SHOWN]]}"


def _stock(session: Session) -> Iterator[str]:
    check = stock_views.check(session)
    if not check.sound:
        yield f"the books are not sound: {check.faults[:_SHOWN]}"
    for row in session.execute(_ISSUED, {"skus": list(STOCK)}):
        if STOCK[row.sku] - row.issued != row.left:
            yield f"{row.sku}: {STOCK[row.sku]} received, {row.issued} issued, {row.left} left"


def _audit(storm: Storm, applied: set[str]) -> Iterator[str]:
    """Compare the trail in MongoDB with the commands that took effect."""
    wanted = {"tenant_id": str(storm.shop.tenant_id), "command_id": {"$ne": None}, "refused": False}
    told = Counter(entry["command_id"] for entry in mongo()["audit_logs"].find(wanted, {"command_id": 1}))
    if told.keys() != applied:
        yield f"audit: {len(applied - told.keys())} entries are missing, {len(told.keys() - applied)} too many"
    doubled = [identity for identity, times in told.items() if times > 1]
    if doubled:
        yield f"audit: {len(doubled)} commands were told twice"
