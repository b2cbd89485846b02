"""Lists of work orders of one state, the earliest due first, whatever history lies before them."""

from alembic import op

revision = "lists"
down_revision = "template_editor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("work_orders_by_state", "work_orders", ["tenant_id", "state", "due_at", "id"])
    op.create_index("orders_by_due_alone", "orders", ["tenant_id", "due_at", "id"])


def downgrade() -> None:
    op.drop_index("orders_by_due_alone", "orders")
    op.drop_index("work_orders_by_state", "work_orders")
