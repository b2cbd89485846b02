"""What comes before and after a row in the list somebody came from, by the same index as the list itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlmodel import Session

from models.messages.paging import PageRequest
from models.records.paging import Listing, searched


@dataclass(frozen=True, slots=True)
class Beside:
    """The neighbours of a row; None at the ends of the list."""

    before: UUID | None = None
    after: UUID | None = None


def beside(
    session: Session, statement: Select[*tuple[Any, ...]], listing: Listing, request: PageRequest, identity: UUID
) -> Beside:
    """Return the neighbours of a row in a list, by its place in the order, even where it no longer fits the filters.

    Three statements by index. A row that is not there has no neighbours.
    """
    columns = listing.place(request)
    own = session.execute(select(*columns).where(listing.identity == identity)).first()
    if own is None:
        return Beside()
    place, at = tuple_(*columns), tuple_(*own)
    wanted = searched(statement, listing, request).with_only_columns(listing.identity)
    higher = wanted.where(place > at).order_by(*(column.asc() for column in columns)).limit(1)
    lower = wanted.where(place < at).order_by(*(column.desc() for column in columns)).limit(1)
    first, last = (higher, lower) if request.sort.startswith("-") else (lower, higher)
    return Beside(before=session.execute(first).scalar(), after=session.execute(last).scalar())
