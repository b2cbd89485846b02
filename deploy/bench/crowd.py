"""Years of business in a minute: the demo factory's machine multiplied to 10,000 orders, straight into the tables.

Only for measuring: rows are consistent enough for every page, but nobody lived them.
"""

from urllib.parse import urlsplit

import psycopg

from deploy.stack.plan import Plan
from models.connections.settings import settings

ORDERS, OPEN_ORDERS = 10_000, 300  # each of 35 steps
_PATTERN = """
    CREATE TEMP TABLE pattern AS
    SELECT w.*, j.plan_hash, j.order_id, j.manufacturing_order_id, o.product_id, o.template_id, o.created_by
      FROM work_orders w JOIN jobs j ON j.id = w.job_id JOIN orders o ON o.id = j.order_id
     WHERE w.attempt = 1 AND j.id = (SELECT x.job_id FROM work_orders x JOIN tenants t ON t.id = x.tenant_id
                                      WHERE t.slug = 'demo' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1);
    CREATE TEMP TABLE crowd AS
    SELECT n, gen_random_uuid() AS order_id, gen_random_uuid() AS mo_id, gen_random_uuid() AS job_id,
           now() - (%(orders)s - n) * interval '100 minutes' - interval '2 hours' AS began,
           n > %(orders)s - %(open)s AS open, CASE WHEN n > %(orders)s - %(open)s THEN n %% 34 ELSE 35 END AS done
      FROM generate_series(1, %(orders)s) n;
    CREATE TEMP TABLE some_parts AS
    SELECT row_number() OVER (ORDER BY sku) - 1 AS number, id, uom, unit_cost FROM parts
     WHERE kind = 'bought' AND tenant_id = (SELECT tenant_id FROM pattern LIMIT 1);
    CREATE TEMP TABLE people AS
    SELECT row_number() OVER (ORDER BY username) - 1 AS number, id FROM users
     WHERE role = 'technician' AND tenant_id = (SELECT tenant_id FROM pattern LIMIT 1)
"""
_FILLED = (
    """
    INSERT INTO orders (tenant_id, id, code, kind, product_id, template_id, quantity, lot_size, due_at, priority,
        status, notes, site, customer_name, created_by, created_at, launched_at, ended_at, row_version)
    SELECT p.tenant_id, c.order_id, 'ORD-9' || lpad(c.n::text, 6, '0'), 'customer', p.product_id, p.template_id, 1, 1,
           c.began + interval '9 days', 1 + c.n % 5, CASE WHEN c.open THEN 'IN_PROGRESS' ELSE 'DONE' END, '', 'MAIN',
           'Customer ' || c.n % 200, p.created_by, c.began, c.began,
           CASE WHEN NOT c.open THEN c.began + interval '7 days' END, 1
      FROM crowd c, (SELECT * FROM pattern LIMIT 1) p
    """,
    """
    INSERT INTO manufacturing_orders (tenant_id, id, code, order_id, product_id, plan_hash, quantity, produced,
        job_count, due_at, status, planned_material_cost, planned_time_cost, created_at, ended_at)
    SELECT p.tenant_id, c.mo_id, 'MO-9' || lpad(c.n::text, 6, '0'), c.order_id, p.product_id, p.plan_hash, 1,
           CASE WHEN c.open THEN 0 ELSE 1 END, 1, c.began + interval '9 days',
           CASE WHEN c.open THEN 'IN_PROGRESS' ELSE 'DONE' END, 640, 400, c.began,
           CASE WHEN NOT c.open THEN c.began + interval '7 days' END
      FROM crowd c, (SELECT * FROM pattern LIMIT 1) p
    """,
    """
    INSERT INTO requirements (tenant_id, manufacturing_order_id, part_id, quantity, uom, planned_cost)
    SELECT r.tenant_id, c.mo_id, r.part_id, r.quantity, r.uom, r.planned_cost
      FROM crowd c, requirements r
     WHERE r.manufacturing_order_id = (SELECT manufacturing_order_id FROM pattern LIMIT 1)
    """,
    """
    INSERT INTO jobs (tenant_id, id, code, manufacturing_order_id, order_id, lot_number, quantity, plan_hash, status,
        held, seq, epoch, due_at, priority, produced, created_at, started_at, ended_at)
    SELECT p.tenant_id, c.job_id, 'JOB-9' || lpad(c.n::text, 6, '0'), c.mo_id, c.order_id, 1, 1, p.plan_hash,
           CASE WHEN c.open THEN 'IN_PROGRESS' ELSE 'DONE' END, false, 1 + c.done, 0, c.began + interval '9 days',
           1 + c.n % 5, CASE WHEN c.open THEN 0 ELSE 1 END, c.began, c.began,
           CASE WHEN NOT c.open THEN c.began + interval '7 days' END
      FROM crowd c, (SELECT * FROM pattern LIMIT 1) p
    """,
    """
    INSERT INTO work_orders (tenant_id, id, code, job_id, step_index, step_key, name, attempt, state, held,
        work_center_id, optional, quality_gate, skills, priority, due_at, planned_minutes, quantity, returned,
        retrieved, good, scrapped, rejected, assignee_id, ready_at, started_at, ended_at)
    SELECT p.tenant_id, gen_random_uuid(), 'WO-9' || lpad((c.n * 35 + p.step_index)::text, 8, '0'), c.job_id,
           p.step_index, p.step_key, p.name, 1,
           CASE WHEN p.step_index < c.done THEN 'COMPLETED' WHEN p.step_index > c.done THEN 'WAITING'
                WHEN c.n % 3 = 0 THEN 'IN_PROGRESS' ELSE 'READY' END,
           false, p.work_center_id, p.optional, p.quality_gate, p.skills, 1 + c.n % 5, c.began + interval '9 days',
           p.planned_minutes, 1, 0, 0, CASE WHEN p.step_index < c.done THEN 1 ELSE 0 END, 0, 0,
           CASE WHEN p.step_index < c.done OR c.n % 3 = 0 AND p.step_index = c.done THEN w.id END,
           CASE WHEN p.step_index <= c.done THEN c.began END,
           CASE WHEN p.step_index < c.done OR c.n % 3 = 0 AND p.step_index = c.done THEN c.began END,
           CASE WHEN p.step_index < c.done THEN least(c.began + p.step_index * interval '4 hours', now()) END
      FROM crowd c, pattern p, people w WHERE w.number = (c.n + p.step_index) % (SELECT count(*) FROM people)
    """,
    """
    CREATE TEMP TABLE finished AS
    SELECT w.tenant_id, w.id, w.job_id, w.step_index, w.assignee_id, w.started_at, w.ended_at
      FROM work_orders w JOIN crowd c ON c.job_id = w.job_id WHERE w.state = 'COMPLETED'
    """,
    """
    INSERT INTO time_entries (tenant_id, id, work_order_id, user_id, started_at, ended_at, minutes, stated)
    SELECT tenant_id, gen_random_uuid(), id, assignee_id, started_at, ended_at, 12, false FROM finished
    """,
    """
    INSERT INTO job_events (tenant_id, job_id, seq, kind, command_id, work_order_id, actor_id, data, occurred_at,
        recorded_at)
    SELECT tenant_id, job_id, 2 + step_index, 'work_orders:completed', gen_random_uuid(), id, assignee_id, '{}',
           ended_at, ended_at FROM finished
    """,
    """
    INSERT INTO commands (tenant_id, id, job_id, work_order_id, action, data, request_hash, actor_id, acts_for_others,
        door, state, received_at, decided_at)
    SELECT tenant_id, gen_random_uuid(), job_id, id, 'complete', '{"action": "complete"}', '', assignee_id, false,
           'update', 'APPLIED', ended_at, ended_at FROM finished
    """,
    """
    INSERT INTO stock_entries (tenant_id, id, move_key, kind, part_id, location, quantity, uom, unit_cost, job_id,
        work_order_id, actor_id, occurred_at, posted_at)
    SELECT f.tenant_id, gen_random_uuid(), f.id || ':' || m.move, 'issue', p.id, l.location, l.sign, p.uom, p.unit_cost,
           f.job_id, f.id, f.assignee_id, f.ended_at, f.ended_at
      FROM finished f CROSS JOIN LATERAL generate_series(0, (f.step_index + 1) % 2) m(move)
      JOIN some_parts p ON p.number = (f.step_index * 2 + m.move) % (SELECT count(*) FROM some_parts)
     CROSS JOIN (VALUES ('stock', -1), ('production', 1)) l(location, sign)
    """,
    """
    INSERT INTO stock_entries (tenant_id, id, move_key, kind, part_id, location, quantity, uom, unit_cost, reason,
        job_id, work_order_id, actor_id, occurred_at, posted_at)
    SELECT f.tenant_id, gen_random_uuid(), f.id || ':ruined', 'scrap', p.id, l.location, l.sign, p.uom, p.unit_cost,
           'Ruined at step ' || f.step_index, f.job_id, f.id, f.assignee_id, f.ended_at, f.ended_at
      FROM finished f JOIN some_parts p ON p.number = f.step_index % (SELECT count(*) FROM some_parts)
     CROSS JOIN (VALUES ('stock', -1), ('scrap', 1)) l(location, sign)
     WHERE hashtext(f.id::text) % 60 = 0
    """,
    """
    INSERT INTO stock_entries (tenant_id, id, move_key, kind, part_id, location, quantity, uom, unit_cost, occurred_at,
        posted_at)
    SELECT t.tenant_id, gen_random_uuid(), 'crowd:' || p.id, 'receipt', p.id, l.location, l.sign * 100000, p.uom,
           p.unit_cost, now() - interval '3 years', now() - interval '3 years'
      FROM some_parts p, (SELECT tenant_id FROM pattern LIMIT 1) t,
           (VALUES ('stock', 1), ('supplier', -1)) l(location, sign)
    """,
    """
    INSERT INTO stock_balances (tenant_id, part_id, location, quantity)
    SELECT tenant_id, part_id, location, sum(quantity) FROM stock_entries
     WHERE tenant_id = (SELECT tenant_id FROM pattern LIMIT 1) GROUP BY 1, 2, 3
    ON CONFLICT (part_id, location) DO UPDATE SET quantity = excluded.quantity
    """,
)


def fill(plan: Plan) -> None:
    """Multiply the demo factory that is in the database. As the superuser, past triggers and references, for speed."""
    server = next(child for child in plan.servers if child.name == "postgresql")
    database = urlsplit(settings().database_url).path.removeprefix("/")
    with psycopg.connect(server.probe.target, dbname=database) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in _PATTERN.split(";"):
            connection.execute(statement, {"orders": ORDERS, "open": OPEN_ORDERS})
        for statement in _FILLED:
            connection.execute(statement)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
