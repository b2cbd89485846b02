"""Everything that is kept about a person, as one ZIP: JSON for programs, CSV beside it for people."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from io import TextIOWrapper
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from models.messages.exports import FORMULAS
from models.records.access.person_data import Table

_IN_MEMORY = 1_000_000  # bytes; what is larger goes through a file without a name
_CHUNK = 64 * 1024


def write_archive(profile: Mapping[str, Any], tables: Iterable[Table]) -> IO[bytes]:
    """Return the ZIP, from its beginning; it is written to disk row by row, and the caller closes it."""
    archive = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by whoever sends it
    try:
        with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
            packed.writestr("profile.json", _json(profile))
            counts = {table.name: _write(packed, table) for table in tables}
            contents = {"person": profile["id"], "made_at": datetime.now(UTC), "rows": counts}
            packed.writestr("contents.json", _json(contents))
    except BaseException:
        archive.close()
        raise
    archive.seek(0)
    return archive


def in_chunks(archive: IO[bytes]) -> Iterator[bytes]:
    """Yield the archive piece by piece and let go of it, also when nobody listens any more."""
    with archive:
        while chunk := archive.read(_CHUNK):
            yield chunk


def _write(packed: ZipFile, table: Table) -> int:
    """Write one list in both forms while it is read once; return how many rows it has."""
    count = 0
    with TemporaryFile() as beside:
        text = TextIOWrapper(beside, encoding="utf-8", newline="")
        rows = csv.writer(text)
        rows.writerow(table.columns)
        with packed.open(f"{table.name}.json", "w", force_zip64=True) as out:
            for count, row in enumerate(table.rows, start=1):
                out.write(("[\n" if count == 1 else ",\n").encode() + _json(row).encode())
                rows.writerow([cell(row[column]) for column in table.columns])
            out.write(b"\n]\n" if count else b"[]\n")
        text.flush()
        beside.seek(0)
        with packed.open(f"{table.name}.csv", "w", force_zip64=True) as out:
            copyfileobj(beside, out)
        text.detach()
    return count


def _json(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def cell(value: object) -> str:
    """Return a value as a spreadsheet shows it; text that would run there as a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULAS) else value
    return _json(value) if isinstance(value, (dict, list, bool)) else _plain(value)
