"""system"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "system"
down_revision = "imports"
branch_labels = None
depends_on = None

_NEW = ("notifications", "brands", "wall_links")


def _secure(table: str) -> None:
    """Show and take only the rows of the transaction's tenant, also for the owner."""
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO factoryos_app")
    op.execute(f"ALTER TABLE {table} SET (autovacuum_analyze_threshold = 5, autovacuum_analyze_scale_factor = 0.1)")


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "key"),
    )
    op.create_index("notifications_by_person", "notifications", ["user_id", "created_at", "id"])
    op.create_index("notifications_unread", "notifications", ["user_id"], postgresql_where="read_at IS NULL")
    op.create_index("notifications_by_age", "notifications", ["tenant_id", "created_at"])
    op.create_table(
        "brands",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=True),
        sa.Column("accent", sa.String(7), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.String(32), nullable=True),
        sa.Column("logo_hash", sa.String(64), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "wall_links",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("shows_names", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wall_links_by_creation", "wall_links", ["tenant_id", "created_at", "id"])
    op.add_column("tenant_settings", sa.Column("language", sa.String(16), nullable=False, server_default="en"))
    op.add_column("tenant_settings", sa.Column("time_zone", sa.String(64), nullable=False, server_default="UTC"))
    op.add_column("tenant_settings", sa.Column("currency", sa.String(3), nullable=True))
    for table in _NEW:
        _secure(table)
    op.execute("GRANT DELETE ON notifications TO factoryos_app")


def downgrade() -> None:
    for table in _NEW:
        op.drop_table(table)
    for column in ("language", "time_zone", "currency"):
        op.drop_column("tenant_settings", column)
