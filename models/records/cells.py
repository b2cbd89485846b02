"""Whole lists as the text a file holds, written by PostgreSQL: of a row nothing is made here but its cells.

For lists of hundreds of thousands of rows; the text is letter by letter what `cell` in api/person_archive.py writes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, case, cast, func, literal
from sqlmodel import Session

from models.messages.exports import FORMULAS
from models.messages.paging import PageRequest
from models.records.paging import Column, Listing, in_order, searched

_AT_ONCE = 5_000
_HARMLESS = frozenset({UUID, int, bool})
_INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'


@dataclass(frozen=True, slots=True)
class Cells:
    """A list that is read when its cells are asked for."""

    session: Session
    statement: Select[*tuple[Any, ...]]
    columns: Mapping[str, Column]

    def of(self, names: Iterable[str]) -> Iterator[Row[Any]]:
        """Yield the cells of every row, in the order of the names; one SQL statement, some thousand rows in memory."""
        cells = [_cell(self.columns[name]).label(name) for name in names]
        statement = self.statement.with_only_columns(*cells, maintain_column_froms=True)
        # Past the ORM, which would look at every row once more.
        yield from self.session.connection().execute(statement, execution_options={"yield_per": _AT_ONCE})


def whole_as_cells(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    listing: Listing,
    request: PageRequest,
    columns: Mapping[str, Column],
) -> Cells:
    """Return every row of a list in the order of its pages, its columns by their names."""
    return Cells(session, in_order(searched(statement, listing, request), listing, request), columns)


def _cell(column: Column) -> ColumnElement[Any]:
    kind = column.type.python_type
    if kind in _HARMLESS:
        return cast(column, Text)
    if kind is Decimal:
        return cast(func.trim_scale(column), Text)
    if kind is datetime:
        return func.replace(func.to_char(func.timezone("UTC", column), _INSTANT), ".000000", "")
    return _harmless(func.array_to_string(column, ", ") if kind is list else column)


def _harmless(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a text that no spreadsheet runs as a formula."""
    return case((func.left(text, 1).in_(FORMULAS), literal("'").concat(text)), else_=text)
