"""What moves an order's date leaves a note for the relay that tells its workflows."""

import sqlalchemy as sa
from alembic import op

revision = "moved_dates"
down_revision = "standing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("orders", sa.Column("date_untold", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index("orders_date_untold", "orders", ["tenant_id", "id"], postgresql_where=sa.text("date_untold"))


def downgrade() -> None:
    op.drop_index("orders_date_untold", "orders")
    op.drop_column("orders", "date_untold")
