"""What screens ask for all day, read from indexes alone: open work, work that ended by day, what jobs took of stock."""

from alembic import op

revision = "pace"
down_revision = "lists"
branch_labels = None
depends_on = None

_ENDED = "ended_at IS NOT NULL"
_OPEN = "ended_at IS NULL"


def upgrade() -> None:
    op.drop_index("work_orders_by_end", "work_orders")
    op.create_index(
        "work_orders_by_end", "work_orders", ["tenant_id", "ended_at"], postgresql_where=_ENDED,
        postgresql_include=["state", "assignee_id", "good", "scrapped", "rejected"],
    )  # fmt: skip
    op.create_index(
        "work_orders_open", "work_orders", ["tenant_id", "job_id"], postgresql_where=_OPEN,
        postgresql_include=["work_center_id", "state", "held", "planned_minutes"],
    )  # fmt: skip
    op.create_index("work_orders_open_by_due", "work_orders", ["tenant_id", "due_at", "id"], postgresql_where=_OPEN)
    op.create_index("work_orders_held", "work_orders", ["tenant_id", "due_at", "id"], postgresql_where="held")
    op.create_index(
        "work_orders_for_nobody", "work_orders", ["tenant_id", "due_at", "id"],
        postgresql_where="assignee_id IS NULL AND team_id IS NULL",
    )  # fmt: skip
    op.create_index(
        "orders_by_end", "orders", ["tenant_id", "ended_at"], postgresql_include=["status", "due_at"],
        postgresql_where=_ENDED,
    )  # fmt: skip
    op.create_index(
        "manufacturing_orders_by_end", "manufacturing_orders", ["tenant_id", "ended_at"],
        postgresql_include=["status"], postgresql_where=_ENDED,
    )  # fmt: skip
    op.create_index(
        "jobs_by_end", "jobs", ["tenant_id", "ended_at"], postgresql_include=["status", "produced"],
        postgresql_where=_ENDED,
    )  # fmt: skip
    op.create_index("work_orders_by_priority", "work_orders", ["tenant_id", "priority", "id"])
    op.create_index(
        "stock_entries_by_kind", "stock_entries", ["tenant_id", "kind", "posted_at", "id"],
        postgresql_where="kind <> 'issue'",
    )  # fmt: skip
    op.create_index(
        "stock_entries_taken", "stock_entries", ["tenant_id", "job_id", "part_id"], postgresql_include=["quantity"],
        postgresql_where="location = 'stock' AND kind IN ('issue', 'return')",
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("stock_entries_taken", "stock_entries")
    op.drop_index("stock_entries_by_kind", "stock_entries")
    op.drop_index("work_orders_by_priority", "work_orders")
    for table in ("jobs", "manufacturing_orders", "orders"):
        op.drop_index(f"{table}_by_end", table)
    for name in ("work_orders_for_nobody", "work_orders_held", "work_orders_open_by_due", "work_orders_open"):
        op.drop_index(name, "work_orders")
    op.drop_index("work_orders_by_end", "work_orders")
    op.create_index(
        "work_orders_by_end", "work_orders", ["tenant_id", "ended_at"], postgresql_where=_ENDED,
        postgresql_include=["state", "assignee_id"],
    )  # fmt: skip
