"""licensing"""

import sqlalchemy as sa
from alembic import op

revision = "licensing"
down_revision = "identity"
branch_labels = None
depends_on = None

_TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "licence_files",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(8000), nullable=False),
        sa.Column("installed_by", sa.Uuid(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["installed_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("licence_files_newest", "licence_files", ["tenant_id", "id"])
    op.execute("ALTER TABLE licence_files ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_tenant ON licence_files USING (tenant_id = {_TENANT}) WITH CHECK (tenant_id = {_TENANT})"
    )
    op.execute("GRANT SELECT, INSERT ON licence_files TO factoryos_app")
    op.execute(
        "ALTER TABLE licence_files SET (autovacuum_analyze_threshold = 5, autovacuum_analyze_scale_factor = 0.1)"
    )


def downgrade() -> None:
    op.drop_table("licence_files")
