"""A person's corrections of the guessed columns."""

from collections.abc import Mapping, Sequence

from models.messages.integrations import BomField, ColumnMapping, ColumnName
from models.rules.sentences import Sentence
from templates_engine.bom_files.field_words import field_words
from templates_engine.bom_files.headers import plain
from templates_engine.bom_files.refusal import BomFileRefused, FileFault


def corrected(guessed: Mapping[BomField, int], wishes: ColumnMapping, headers: Sequence[str]) -> dict[BomField, int]:
    """Return which column each field is read from; a column given to one field is taken from the guess of another.

    Raises BomFileRefused naming the columns there are.
    """
    wanted = {field: _number(field, name, headers) for field, name in wishes.columns.items() if name is not None}
    kept = {
        field: number
        for field, number in guessed.items()
        if field not in wishes.columns and number not in wanted.values()
    }
    both = kept | wanted
    return {field: both[field] for field in BomField if field in both}


def _number(field: BomField, name: ColumnName, headers: Sequence[str]) -> int:
    exact = [number for number, header in enumerate(headers, start=1) if header == name]
    alike = [number for number, header in enumerate(headers, start=1) if header and plain(header) == plain(str(name))]
    counted = [int(name)] if str(name).isdecimal() and len(str(name)) < 6 and 0 < int(name) <= len(headers) else []  # noqa: PLR2004
    found = exact or alike or counted
    if not found:
        there = ", ".join(f"{number} {header!r}" for number, header in enumerate(headers[:30], start=1))
        named = {"column": repr(name), "field": field_words(field), "columns": there}
        missing = Sentence("There is no column {column} for {field}; there are: {columns}.", **named)
        raise BomFileRefused(FileFault.BAD_MAPPING, missing)
    return found[0]
