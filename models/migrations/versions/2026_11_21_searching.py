"""A text is looked for among the names of work orders, and among the rows of the ledger that have a reason."""

from alembic import op

revision = "searching"
down_revision = "own_commands"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("work_orders_by_name", "work_orders", ["tenant_id", "name"])
    op.create_index(
        "stock_entries_with_reason", "stock_entries", ["tenant_id", "posted_at", "id"],
        postgresql_where="reason IS NOT NULL",
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("stock_entries_with_reason", "stock_entries")
    op.drop_index("work_orders_by_name", "work_orders")
