"""Whose commands somebody sees is said by itself: who sees all work may still see only what they asked themselves."""

from alembic import op

revision = "own_commands"
down_revision = "step_pictures"
branch_labels = None
depends_on = None


def _narrow_commands_by(setting: str) -> None:
    person = f"(SELECT nullif(current_setting('{setting}', true), '')::uuid)"
    op.execute("DROP POLICY only_own ON commands")
    op.execute(
        "CREATE POLICY only_own ON commands AS RESTRICTIVE FOR SELECT TO factoryos_app "
        f"USING (CASE WHEN {person} IS NULL THEN true ELSE actor_id = {person} END)"
    )


def upgrade() -> None:
    _narrow_commands_by("app.own_commands")


def downgrade() -> None:
    _narrow_commands_by("app.own_work")
