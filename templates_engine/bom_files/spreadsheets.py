"""A spreadsheet's first sheet that holds anything, as the text of a table: Excel and LibreOffice files."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from models.rules.sentences import Sentence
from templates_engine.bom_files.refusal import BomFileRefused, FileFault

SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_ZIP = SPREADSHEETS[0]
_MOST_UNPACKED = 200_000_000  # a file of 5 MB that says it holds more is meant to do harm
_MOST_ROWS = 20_002  # one more than is taken, and the headers: the reader of tables refuses what is more
_NOT_READ = Sentence("This is no spreadsheet that can be read: save it as .xlsx or as CSV, then import that file.")
_DIGITS = ".15g"  # what Excel itself shows of a number; the rest is noise of its binary form


def table_of(content: bytes) -> str:
    """Return the sheet as tab-separated text with decimal points; raises BomFileRefused for what is no spreadsheet."""
    if content.startswith(_ZIP):
        _refuse_bombs(content)
    try:
        rows = next(filter(None, _sheets(content)), None)
    except (CalamineError, OSError, ValueError) as error:
        raise BomFileRefused(FileFault.NOT_TEXT, _NOT_READ) from error
    if rows is None:
        raise BomFileRefused(FileFault.EMPTY, "The file is empty.")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _sheets(content: bytes) -> Iterable[list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        yield [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=True, nrows=_MOST_ROWS)]


def _refuse_bombs(content: bytes) -> None:
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
    except (BadZipFile, ValueError, OSError) as error:
        raise BomFileRefused(FileFault.NOT_TEXT, _NOT_READ) from error
    if unpacked > _MOST_UNPACKED:
        raise BomFileRefused(FileFault.TOO_LARGE, "Unpacked, the file is larger than 200 MB: split it.")


def _cell(value: object) -> str:
    """Return a cell as it is read on the screen; control characters that no text has are left out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(format(value, _DIGITS)):f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "".join(letter for letter in str(value) if letter.isprintable() or letter in "\n\t ")
