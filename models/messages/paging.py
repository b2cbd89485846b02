from typing import Generic, TypeVar

from pydantic import Field

from models.messages.base import Message, Text

Item = TypeVar("Item")


class PageRequest(Message):
    """How a list is read: subclasses add typed filters and narrow `sort` to the orders they allow."""

    limit: int = Field(50, ge=1, le=200, description="Most items in one answer")
    cursor: str | None = Field(None, max_length=2000, description="`next_cursor` of the answer before")
    sort: str = Field(description="A field, descending with a leading minus")
    q: Text | None = Field(None, max_length=200, description="Text to look for")


class Page(Message, Generic[Item]):
    """One page of a list; `next_cursor` is absent on the last."""

    items: tuple[Item, ...]
    next_cursor: str | None = None
