"""The list of work orders opens with what can be worked on, then what waits, then what has ended, each by its date."""

import sqlalchemy as sa
from alembic import op

revision = "standing"
down_revision = "of_center"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    standing = sa.text("(CASE WHEN ended_at IS NOT NULL THEN 2 WHEN state = 'WAITING' THEN 1 ELSE 0 END)")
    op.create_index("work_orders_by_standing", "work_orders", ["tenant_id", standing, "due_at", "id"])
    of_center = ["tenant_id", "work_center_id", standing, "due_at", "id"]
    op.create_index("work_orders_by_center_standing", "work_orders", of_center)


def downgrade() -> None:
    op.drop_index("work_orders_by_center_standing", "work_orders")
    op.drop_index("work_orders_by_standing", "work_orders")
