"""The audit trail as a file: lines of JSON, or a table that a spreadsheet opens without running anything in it."""

import csv
import io
import json
from collections.abc import Iterable

from models.messages.audit_trail import AuditEntryView

_ORIGIN = ("address", "agent", "session_id", "key_id", "station_id", "trace_id")
_COLUMNS = (
    "seq", "timestamp", "action", "module", "refused", "user_id", "user", "subject_id", "command_id", *_ORIGIN,
    "before", "after", "id", "hash",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_head() -> str:
    """Return the first line of the table."""
    return _lines([_COLUMNS])


def csv_lines(entries: Iterable[AuditEntryView]) -> str:
    """Return entries as lines of the table. A cell that a spreadsheet would take for a formula is led by a quote."""
    return _lines([_cell(row.get(name)) for name in _COLUMNS] for row in map(_row, entries))


def json_lines(entries: Iterable[AuditEntryView]) -> str:
    """Return entries as one line of JSON each."""
    return "".join(f"{entry.model_dump_json()}\n" for entry in entries)


def _row(entry: AuditEntryView) -> dict[str, object]:
    fields = entry.model_dump(mode="json")
    origin = fields.pop("origin") or {}
    return fields | {name: origin.get(name) for name in _ORIGIN}


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(rows: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()
