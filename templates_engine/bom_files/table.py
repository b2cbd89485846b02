"""Text to rows of cells: which character separates the columns."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from models.rules.sentences import Sentence
from templates_engine.bom_files.refusal import BomFileRefused, FileFault

MAX_ROWS = 20_000
MAX_COLUMNS = 200
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 60_000, 60
_SEPARATOR_LINE = re.compile(r"\Asep=([,;\t|])\r?\n", re.IGNORECASE)  # Excel's own way to name the delimiter
_BLANKS = frozenset({"", "-", "--", "---", "–", "—", "n/a", "N/A"})  # noqa: RUF001 - dashes people write


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: the line it starts on, and its cells with spaces tidied."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """Return the cell of a column counted from 1; empty where the row is too short or the cell says nothing."""
        text = self.cells[column - 1] if column is not None and column <= len(self.cells) else ""
        return "" if blank(text) else text

    @property
    def is_blank(self) -> bool:
        """Tell whether no cell says anything."""
        return all(blank(cell) for cell in self.cells)


def blank(cell: str) -> bool:
    """Tell whether a cell says nothing: empty, or one of the dashes people write for that."""
    return cell in _BLANKS


def rows_of(text: str, score: Callable[[Sequence[str]], int]) -> tuple[str, list[Line]]:
    """Return the delimiter and all rows; `score` counts how many cells of a row look like known headers.

    Raises BomFileRefused beyond 20,000 rows or 200 columns.
    """
    named = _SEPARATOR_LINE.match(text)
    if named:
        return named[1], _parsed(text[named.end() :], named[1], first=2)
    delimiter = max(_DELIMITERS, key=lambda each: _fitness(text[:_SAMPLE_CHARACTERS], each, score))
    return delimiter, _parsed(text, delimiter, first=1)


def _fitness(sample: str, delimiter: str, score: Callable[[Sequence[str]], int]) -> float:
    """Rate a delimiter: known headers count most, then rows of one same width."""
    try:
        # Not strict: the sample may end amid a quotation.
        rows = [line.cells for line in islice(_read(sample, delimiter), _SAMPLE_ROWS)]
    except BomFileRefused:
        return 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]))
    return 10 * max(score(row) for row in rows) + min(width, 12) * agreeing / len(rows)


def _parsed(text: str, delimiter: str, first: int) -> list[Line]:
    try:
        return list(_read(text, delimiter, first=first, strict=True))
    except csv.Error:
        # An inch mark at the start of a cell is no quotation: read such a file without any.
        return list(_read(text, delimiter, first=first, quoted=False))


def _read(text: str, delimiter: str, *, first: int = 1, quoted: bool = True, strict: bool = False) -> Iterator[Line]:
    source = io.StringIO(text, newline="")
    if quoted:
        reader = csv.reader(source, delimiter=delimiter, strict=strict)
    else:
        reader = csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    count = 0
    while True:
        before = reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if strict:
                raise
            raise BomFileRefused(FileFault.NOT_TEXT, "A cell is longer than any parts list has them.") from error
        if cells is None:
            return
        count += 1
        if count > MAX_ROWS:
            raise BomFileRefused(FileFault.TOO_MANY_ROWS, "The file has more than 20,000 rows: split it.")
        if len(cells) > MAX_COLUMNS:
            wide = Sentence(
                "Line {line} has more than {most} columns: this does not look like a parts list.",
                line=before + first, most=MAX_COLUMNS,
            )  # fmt: skip
            raise BomFileRefused(FileFault.NOT_TEXT, wide)
        # Names that differ only in the number of spaces are one name.
        yield Line(before + first, tuple(" ".join(cell.split()) for cell in cells))
