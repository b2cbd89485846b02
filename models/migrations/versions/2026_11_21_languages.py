"""Who chose no language has none: their pages follow the browser. English was what everybody had without choosing."""

import sqlalchemy as sa
from alembic import op

revision = "languages"
down_revision = "pace"
branch_labels = None
depends_on = None

_TABLES = ("users", "tenant_settings")


def _everywhere(table: str, statement: str) -> None:
    """Change the rows of all tenants: the owner is bound by row security only while it is forced."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    for table in _TABLES:
        op.alter_column(table, "language", existing_type=sa.String(16), nullable=True, server_default=None)
        _everywhere(table, f"UPDATE {table} SET language = NULL WHERE language = 'en'")


def downgrade() -> None:
    for table in _TABLES:
        _everywhere(table, f"UPDATE {table} SET language = 'en' WHERE language IS NULL")
        op.alter_column(table, "language", existing_type=sa.String(16), nullable=False, server_default="en")
