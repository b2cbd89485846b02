from enum import StrEnum

from pydantic import Field

from models.messages.base import Id, Message, Text


class FoundKind(StrEnum):
    """What can be found, in the order it is shown."""

    ORDER = "order"
    MANUFACTURING_ORDER = "manufacturing_order"
    JOB = "job"
    WORK_ORDER = "work_order"
    PRODUCT = "product"
    PART = "part"
    TEMPLATE = "template"
    SUPPLIER = "supplier"
    PERSON = "person"


class SearchRequest(Message):
    """What somebody looks for: a code or its beginning, a bare number, part of a name, or what a scanner read."""

    q: Text = Field("", max_length=200, examples=["WO-000123"])
    each: int = Field(6, ge=1, le=50, description="At most so many of each kind")


class Found(Message):
    """One thing that fits; `exact` where its code is just what was looked for."""

    kind: FoundKind
    id: Id
    code: str
    title: str
    detail: str | None = None
    state: str | None = Field(None, description="The state of what has one")
    exact: bool = False
    order_id: Id | None = Field(None, description="The order that a manufacturing order commits to")


class SearchResults(Message):
    """What fits and may be seen by who asks, grouped by kind, exact ones first."""

    items: tuple[Found, ...]
