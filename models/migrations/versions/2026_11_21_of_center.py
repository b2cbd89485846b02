"""The work orders of a work centre are walked in their order, whatever their state; by state first, nobody did."""

from alembic import op

revision = "of_center"
down_revision = "searching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("work_orders_by_center", "work_orders")
    op.create_index("work_orders_by_center", "work_orders", ["tenant_id", "work_center_id", "due_at", "id"])


def downgrade() -> None:
    op.drop_index("work_orders_by_center", "work_orders")
    op.create_index("work_orders_by_center", "work_orders", ["tenant_id", "state", "work_center_id", "due_at", "id"])
