"""Pictures of steps go and come back with their steps, follow a new key, and may get another caption."""

import sqlalchemy as sa
from alembic import op

revision = "step_pictures"
down_revision = "languages"
branch_labels = None
depends_on = None

_LINK = "attachments_away_by_revision"


def upgrade() -> None:
    op.add_column("attachments", sa.Column("away_by", sa.Integer(), nullable=True))
    op.create_foreign_key(
        _LINK, "attachments", "template_revisions", ["template_id", "away_by"], ["template_id", "number"],
        ondelete="CASCADE",
    )  # fmt: skip
    op.execute("GRANT UPDATE (step_key, away_by, caption) ON attachments TO factoryos_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (step_key, away_by, caption) ON attachments FROM factoryos_app")
    op.execute("DELETE FROM attachments WHERE away_by IS NOT NULL")
    op.drop_constraint(_LINK, "attachments")
    op.drop_column("attachments", "away_by")
