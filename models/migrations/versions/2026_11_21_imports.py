"""imports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "imports"
down_revision = "order_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('imports',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('file', sa.String(200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('shape', sa.String(64), nullable=False),
    sa.Column('parent', sa.String(64), nullable=True),
    sa.Column('name', sa.String(200), nullable=True),
    sa.Column('default_uom', sa.String(16), nullable=False),
    sa.Column('mapping', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], ),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('imports_by_creation', 'imports', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('imports_by_shape', 'imports', ['tenant_id', 'shape', 'ended_at'], unique=False, postgresql_where='ended_at IS NOT NULL')
    tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
    op.execute("ALTER TABLE imports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON imports USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON imports TO factoryos_app")
    op.execute("ALTER TABLE imports SET (autovacuum_analyze_threshold = 5, autovacuum_analyze_scale_factor = 0.1)")


def downgrade() -> None:
    op.drop_table('imports')
