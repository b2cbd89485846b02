"""saved filters and changes of orders"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "order_pages"
down_revision = "station"
branch_labels = None
depends_on = None


def _secure(table: str) -> None:
    """Show and take only the rows of the transaction's tenant, also for the owner."""
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")
    op.execute(f"GRANT SELECT, INSERT ON {table} TO factoryos_app")
    op.execute(f"ALTER TABLE {table} SET (autovacuum_analyze_threshold = 5, autovacuum_analyze_scale_factor = 0.1)")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "saved_filters",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("list", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "owner_id", "list", "name"),
    )
    op.create_index("saved_filters_by_list", "saved_filters", ["tenant_id", "list", "name", "id"])
    op.create_table(
        "order_changes",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("order_changes_by_order", "order_changes", ["order_id", "changed_at"])
    for table in ("saved_filters", "order_changes"):
        _secure(table)
    op.execute("GRANT UPDATE, DELETE ON saved_filters TO factoryos_app")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_changes "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_index("orders_by_priority", "orders", ["tenant_id", "priority", "id"])
    op.create_index("orders_by_creator", "orders", ["tenant_id", "created_by", "created_at", "id"])
    op.create_index("manufacturing_orders_by_creation", "manufacturing_orders", ["tenant_id", "created_at", "id"])


def downgrade() -> None:
    raise NotImplementedError("Saved filters and reasons of changes would be lost; restore the backup instead.")
