"""template_editor"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "template_editor"
down_revision = "system"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "template_revisions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("touched", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("splice", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"]),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("template_id", "number"),
    )
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    op.execute("ALTER TABLE template_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_tenant ON template_revisions USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON template_revisions TO factoryos_app")
    op.add_column("templates", sa.Column("publish_reason", sa.String(500), nullable=True))
    op.create_index("orders_by_template", "orders", ["tenant_id", "template_id", "status"], unique=False)


def downgrade() -> None:
    op.drop_index("orders_by_template", table_name="orders")
    op.drop_column("templates", "publish_reason")
    op.drop_table("template_revisions")
