"""A whole list as a CSV file: written to disk row by row in the thread that reads it, then sent."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from operator import attrgetter
from tempfile import SpooledTemporaryFile
from typing import Any, cast

from fastapi.responses import StreamingResponse

from api.person_archive import cell, in_chunks
from models.messages.base import Message
from models.messages.exports import Export
from models.records.cells import Cells

_IN_MEMORY = 1_000_000  # bytes; what is larger goes through a file without a name
_LAST = frozenset({"active", "id", "row_version", "created_at", "updated_at"})  # what only programs read
_BOM = "\ufeff"
_AMOUNTS = frozenset({
    "unit_cost", "value", "cost_per_hour", "labor_cost_per_hour", "planned_material_cost", "planned_time_cost",
})  # fmt: skip
CSV_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}


def as_csv(
    name: str, shape: type[Message], rows: Iterable[Message] | Cells, how: Export, currency: str | None = None
) -> StreamingResponse:
    """Return rows of one shape as a file; a text that a spreadsheet would run is led by an apostrophe.

    A file for spreadsheets names the currency at the head of amounts; programs find their columns as always.
    """
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by whoever sends it
    try:
        text = TextIOWrapper(cast("Any", file), encoding="utf-8", newline="")
        if how.bom:
            text.write(_BOM)
        columns = sorted(shape.model_fields, key=_LAST.__contains__)
        table = csv.writer(text, delimiter=how.separator)
        named = currency if how.bom else None
        table.writerow([f"{one} ({named})" if named and one in _AMOUNTS else one for one in columns])
        table.writerows(rows.of(columns) if isinstance(rows, Cells) else _cells(rows, columns))
        text.flush()
        text.detach()
    except BaseException:
        file.close()
        raise
    file.seek(0)
    saved_as = f"{name}-{datetime.now(UTC):%Y-%m-%d}.csv"
    return StreamingResponse(
        in_chunks(file), media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{saved_as}"', "Cache-Control": "no-store"},
    )  # fmt: skip


def _cells(rows: Iterable[Message], columns: Iterable[str]) -> Iterator[Iterator[str]]:
    values = attrgetter(*columns)
    return (map(cell, values(row)) for row in rows)
