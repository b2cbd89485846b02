"""Template versions as a library: how they are listed, checked, imported and exported."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.messages.base import Code, Message
from models.messages.paging import PageRequest
from models.messages.templates import Fault, TemplateView
from models.rules.templates import TemplateStatus

DraftFate = Literal["created", "updated", "unchanged"]
_Sort = Literal["code", "-code", "title", "-title", "created_at", "-created_at"]


class TemplateFilters(PageRequest):
    """How the list of templates is read; `q` looks in code and title."""

    sort: _Sort = "-created_at"
    product: Code | None = Field(None, description="SKU of the product")
    status: TemplateStatus | None = None


class TemplateUsage(Message):
    """How many orders are made by a version, and how many of them are not finished."""

    orders: int
    open_orders: int


class TemplateCheck(Message):
    """Whether a template could be published against the present catalog, and all that stands against it."""

    publishable: bool
    faults: tuple[Fault, ...]


class TemplateImport(Message):
    """A template file to be taken in as a draft."""

    # Lines are counted as its author sees them, so blank ones at its head stay.
    yaml: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(
        min_length=1, max_length=2_000_000, description="The file as `GET /templates/{id}/export` writes it"
    )
    create_missing: bool = Field(
        False, description="Add the product, parts and work centres of the file that are missing"
    )
    dry_run: bool = Field(False, description="Say what would happen and change nothing")


class TemplateImported(Message):
    """What an import made, or would make; faults are those that stand against publishing the draft."""

    dry_run: bool
    draft: DraftFate = Field(description="The newest version is updated while it is a draft, else the next is made")
    template: TemplateView
    products_created: tuple[str, ...]
    parts_created: tuple[str, ...]
    work_centers_created: tuple[str, ...]
    faults: tuple[Fault, ...]
