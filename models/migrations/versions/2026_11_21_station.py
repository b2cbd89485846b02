"""station"""

import sqlalchemy as sa
from alembic import op

revision = "station"
down_revision = "licensing"
branch_labels = None
depends_on = None

_TABLES = ("calls", "notes", "attachments")
_TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"
_OWN_WORK = "(SELECT nullif(current_setting('app.own_work', true), '')::uuid)"


def _secure() -> None:
    """Show and take only the rows of the transaction's tenant; who sees only their own work sees only what hangs on it."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_tenant ON {table} USING (tenant_id = {_TENANT}) WITH CHECK (tenant_id = {_TENANT})")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO factoryos_app")
        op.execute(
            f"CREATE POLICY only_own ON {table} AS RESTRICTIVE FOR SELECT TO factoryos_app USING (CASE WHEN {_OWN_WORK} IS NULL "
            f"OR work_order_id IS NULL THEN true ELSE EXISTS (SELECT 1 FROM work_orders w WHERE w.id = work_order_id) END)"
            if table == "attachments"
            else f"CREATE POLICY only_own ON {table} AS RESTRICTIVE FOR SELECT TO factoryos_app USING (CASE WHEN {_OWN_WORK} "
            f"IS NULL THEN true ELSE EXISTS (SELECT 1 FROM work_orders w WHERE w.id = work_order_id) END)"
        )
        op.execute(f"ALTER TABLE {table} SET (autovacuum_analyze_threshold = 5, autovacuum_analyze_scale_factor = 0.1)")
    op.execute("GRANT UPDATE ON calls TO factoryos_app")
    op.execute("GRANT DELETE ON attachments TO factoryos_app")


def upgrade() -> None:
    op.create_table('calls',
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('work_order_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(200), nullable=False),
    sa.Column('state', sa.String(16), nullable=False),
    sa.Column('raised_by', sa.Uuid(), nullable=False),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('closed_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("state IN ('OPEN','ANSWERED','CLOSED')", name='calls_state_known'),
    sa.ForeignKeyConstraint(['answered_by'], ['users.id'], ),
    sa.ForeignKeyConstraint(['closed_by'], ['users.id'], ),
    sa.ForeignKeyConstraint(['raised_by'], ['users.id'], ),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], ),
    sa.ForeignKeyConstraint(['work_order_id'], ['work_orders.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('calls_by_time', 'calls', ['tenant_id', 'raised_at', 'id'], unique=False)
    op.create_index('calls_by_work_order', 'calls', ['work_order_id', 'raised_at'], unique=False)
    op.create_index('calls_open', 'calls', ['tenant_id', 'raised_at', 'id'], unique=False, postgresql_where="state <> 'CLOSED'")
    op.create_table('notes',
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('work_order_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(4000), nullable=False),
    sa.Column('written_by', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], ),
    sa.ForeignKeyConstraint(['work_order_id'], ['work_orders.id'], ),
    sa.ForeignKeyConstraint(['written_by'], ['users.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('notes_by_work_order', 'notes', ['work_order_id', 'written_at', 'id'], unique=False)
    op.create_table('attachments',
    sa.Column('attached_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('work_order_id', sa.Uuid(), nullable=True),
    sa.Column('template_id', sa.Uuid(), nullable=True),
    sa.Column('step_key', sa.String(64), nullable=True),
    sa.Column('caption', sa.String(200), nullable=False),
    sa.Column('attached_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint("(work_order_id IS NULL) <> (template_id IS NULL) AND (template_id IS NULL) = (step_key IS NULL)", name='attachments_one_subject'),
    sa.ForeignKeyConstraint(['attached_by'], ['users.id'], ),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], ),
    sa.ForeignKeyConstraint(['template_id'], ['templates.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], ),
    sa.ForeignKeyConstraint(['work_order_id'], ['work_orders.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('attachments_by_template', 'attachments', ['template_id', 'step_key', 'id'], unique=False, postgresql_where='template_id IS NOT NULL')
    op.create_index('attachments_by_work_order', 'attachments', ['work_order_id', 'id'], unique=False, postgresql_where='work_order_id IS NOT NULL')
    op.add_column('stock_entries', sa.Column('lot', sa.String(64), nullable=True))
    op.create_index('stock_entries_by_lot', 'stock_entries', ['tenant_id', 'lot', 'id'], unique=False, postgresql_where='lot IS NOT NULL')
    _secure()


def downgrade() -> None:
    raise NotImplementedError("Calls, notes and lots would be lost; restore the backup made before the upgrade instead.")
