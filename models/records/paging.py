"""Keyset paging: every list of the product walks its index, however long the list and whatever is added meanwhile.

LISTING = Listing("parts", Part.id, sorts={"sku": Part.sku, "name": Part.name}, search=(Part.sku, Part.name))
page(session, select(Part).where(...filters...), LISTING, request, lambda row: view(row.Part))
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Row, Select, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import Session

from models.messages.paging import Page, PageRequest
from models.records.refusals import BadCursor

Item = TypeVar("Item")
# SQLModel types a column by its value, SQLAlchemy by its element; both are columns.
Column = Any
_PARTS = TypeAdapter(tuple[str, ...])
_AT_ONCE = 500


@dataclass(frozen=True)
class Listing:
    """What a list may be sorted and searched by. Sort columns are never null; `identity` breaks their ties.

    An order by several columns, one after the other, is a tuple of them.
    """

    name: str
    identity: Column
    sorts: Mapping[str, Column | tuple[Column, ...]]
    search: tuple[Column, ...] = field(default=())

    def place(self, request: PageRequest) -> tuple[Column, ...]:
        """Return the columns by which a row has its place in the order asked for, the identity last."""
        column = self.sorts[request.sort.removeprefix("-")]
        return (*(column if isinstance(column, tuple) else (column,)), self.identity)


def page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    listing: Listing,
    request: PageRequest,
    view: Callable[[Row[Any]], Item],
) -> Page[Item]:
    """Return one page of the statement's rows, each turned into its view; one SQL statement.

    `statement` holds joins and filters, never order or limit. Raises BadCursor, and KeyError for a sort that the
    request's type should not have let through.
    """
    place = listing.place(request)
    statement = leading(searched(statement, listing, request), listing, request)
    statement = statement.add_columns(*(column.label(f"place_{number}") for number, column in enumerate(place)))
    rows = session.execute(statement).all()
    shown, more = rows[: request.limit], len(rows) > request.limit
    cursor = _cursor(listing, request, tuple(shown[-1])[-len(place) :]) if more else None
    return Page(items=tuple(view(row) for row in shown), next_cursor=cursor)


def whole(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    listing: Listing,
    request: PageRequest,
    view: Callable[[Row[Any]], Item],
) -> Iterator[Item]:
    """Yield every row of a list as its pages show them; one SQL statement, some hundred rows in memory."""
    statement = in_order(searched(statement, listing, request), listing, request)
    for row in session.execute(statement, execution_options={"yield_per": _AT_ONCE}):
        yield view(row)


def searched(statement: Select[*tuple[Any, ...]], listing: Listing, request: PageRequest) -> Select[*tuple[Any, ...]]:
    """Return the statement, narrowed to rows that hold the text that is looked for."""
    if request.q and listing.search:
        return statement.where(holds(request.q, *listing.search))
    return statement


def holds(words: str, *places: Column) -> ColumnElement[bool]:
    """Return the condition that one of some columns holds a text, whatever its case."""
    return or_(*(place.icontains(words, autoescape=True) for place in places))


def leading(statement: Select[*tuple[Any, ...]], listing: Listing, request: PageRequest) -> Select[*tuple[Any, ...]]:
    """Return the statement's rows from the cursor on, in their order, and one more than a page shows."""
    statement = in_order(statement, listing, request)
    if request.cursor is not None:
        statement = statement.where(_beyond(listing, request))
    return statement.limit(request.limit + 1)


def in_order(statement: Select[*tuple[Any, ...]], listing: Listing, request: PageRequest) -> Select[*tuple[Any, ...]]:
    """Return the statement's rows in the order asked for."""
    backwards = request.sort.startswith("-")
    return statement.order_by(*(one.desc() if backwards else one.asc() for one in listing.place(request)))


def _beyond(listing: Listing, request: PageRequest) -> ColumnElement[bool]:
    """Return the condition that leaves out everything up to the cursor."""
    place = listing.place(request)
    try:
        fingerprint, *values = _PARTS.validate_json(urlsafe_b64decode((request.cursor or "").encode()))
        if fingerprint != _fingerprint(listing, request):
            raise BadCursor
        last = tuple_(*(_typed(column, value) for column, value in zip(place, values, strict=True)))
    except (ValidationError, ValueError) as error:
        raise BadCursor from error
    columns: ColumnElement[Any] = tuple_(*place)
    return columns < last if request.sort.startswith("-") else columns > last


def _typed(column: ColumnElement[Any] | InstrumentedAttribute[Any], value: str) -> Any:  # noqa: ANN401 - as the column
    typed = TypeAdapter(column.type.python_type).validate_python(value)
    if isinstance(typed, str) and "\x00" in typed:
        raise ValueError("NUL")
    return typed


def _cursor(listing: Listing, request: PageRequest, place: tuple[Any, ...]) -> str:
    values = (value.isoformat() if hasattr(value, "isoformat") else str(value) for value in place)
    return urlsafe_b64encode(_PARTS.dump_json((_fingerprint(listing, request), *values))).decode()


def _fingerprint(listing: Listing, request: PageRequest) -> str:
    """Return what a cursor belongs to: list, order and filters. Row-level security keeps the tenants apart."""
    asked = request.model_dump_json(exclude={"limit", "cursor"})
    return sha256(f"{listing.name}|{asked}".encode()).hexdigest()[:16]
