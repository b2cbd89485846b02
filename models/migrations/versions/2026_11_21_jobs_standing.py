"""The list of jobs opens with what is open, each by its date; what has ended comes after it."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_standing"
down_revision = "moved_dates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "jobs_by_standing", "jobs", ["tenant_id", sa.text("(ended_at IS NOT NULL)"), "due_at", "id"]
    )


def downgrade() -> None:
    op.drop_index("jobs_by_standing", "jobs")
