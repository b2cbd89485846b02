"""The lists of orders and manufacturing orders open with what is open, each by its date, as that of jobs does."""

import sqlalchemy as sa
from alembic import op

revision = "orders_standing"
down_revision = "jobs_standing"
branch_labels = None
depends_on = None

_LISTS = ("orders", "manufacturing_orders")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _LISTS:
        op.create_index(f"{table}_by_standing", table, ["tenant_id", sa.text("(ended_at IS NOT NULL)"), "due_at", "id"])


def downgrade() -> None:
    for table in _LISTS:
        op.drop_index(f"{table}_by_standing", table)
