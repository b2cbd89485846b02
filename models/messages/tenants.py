from pydantic import Field

from models.messages.base import Instant, Message


class SettingsDraft(Message):
    """What a factory decides for all its people; what is left out takes its default."""

    audit_keep_days: int | None = Field(
        None,
        ge=30,
        le=36_500,
        description="After so many days audit entries go; null keeps them for ever",
        examples=[730],
    )
    second_factor_required: bool = Field(False, description="Nobody works without a second factor at log-in")


class SettingsView(SettingsDraft):
    """What is decided; `row_version` is its ETag, 0 where nobody ever decided anything."""

    row_version: int = 0
    updated_at: Instant | None = None
