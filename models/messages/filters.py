from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from models.messages.base import Id, Instant, Message, printable
from models.rules.filters import LONGEST_QUERY, FilteredList

FilterName = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(printable)]
Query = Annotated[str, StringConstraints(max_length=LONGEST_QUERY), AfterValidator(printable)]


class SavedFilterDraft(Message):
    """What to look for in a list, under a name. Saving under a name one has used before replaces what it stood for."""

    list: FilteredList
    name: FilterName = Field(examples=["Late for Ana"])
    query: Query = Field(
        description="Filters and order as in the list's address", examples=["status=PLANNED&sort=due_at"]
    )
    shared: bool = Field(False, description="Show it to everybody who sees the whole list")


class SavedFilterView(Message):
    """A saved filter as somebody sees it."""

    id: Id
    list: FilteredList
    name: str
    query: str
    shared: bool
    owner: str
    mine: bool
    created_at: Instant


class SavedFilters(Message):
    """The saved filters of a list: one's own first, then those of others, by name."""

    items: tuple[SavedFilterView, ...]
