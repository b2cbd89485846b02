from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from models.messages.base import Id, Instant, Message, printable

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True), Field(examples=["#0b5cad"])]
ShownName = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(printable)]


class BrandDraft(Message):
    """How a factory wants to look; null keeps FactoryOS's own."""

    name: ShownName | None = Field(None, description="Shown in place of the factory's registered name")
    accent: Colour | None = Field(None, description="Made darker or lighter where it could not be read")


class BrandView(BrandDraft):
    """How a factory looks; `row_version` is its ETag, 0 where nothing was ever chosen."""

    tenant_id: Id
    logo_hash: str | None = Field(None, description="Names the logo at /api/v1/brands/{tenant_id}/logo/{logo_hash}")
    logo_type: str | None = None
    row_version: int = 0
    updated_at: Instant | None = None
