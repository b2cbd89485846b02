from typing import Annotated

from pydantic import Field, StringConstraints

from models.messages.base import Instant, Message, Name
from models.messages.people import Language, TimeZone


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
    language: Language | None = Field(
        None, description="Of screens that are nobody's, such as walls; null follows the browser", examples=["de"]
    )
    time_zone: TimeZone = Field("UTC", description="Of screens that are nobody's")
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = Field(
        None, description="What money is counted in, as ISO 4217 has it", examples=["EUR"]
    )


class SettingsView(SettingsDraft):
    """What is decided; `row_version` is its ETag, 0 where nobody ever decided anything."""

    row_version: int = 0
    updated_at: Instant | None = None


class MailPosted(Message):
    """A mail on its way; the health of the system tells what becomes of it."""

    to: Name
