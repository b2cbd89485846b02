"""What the authors of a template's steps wrote, one column per field."""

from collections.abc import Sequence
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from models.messages.templates import DataField, PartLine, Step


class Columns(NamedTuple):
    """The fields of many steps but `after`; every column is in the order of the steps."""

    key: tuple[str, ...]
    name: tuple[str, ...]
    instructions: tuple[str, ...]
    work_center: tuple[str, ...]
    setup_minutes: tuple[Decimal, ...]
    run_minutes: tuple[Decimal, ...]
    crew: tuple[int, ...]
    parts: tuple[tuple[PartLine, ...], ...]
    data: tuple[tuple[DataField, ...], ...]
    optional: tuple[bool, ...]
    quality_gate: tuple[bool, ...]
    rework_to: tuple[str | None, ...]
    skills: tuple[tuple[str, ...], ...]


_row = itemgetter(*Columns._fields)


def read_columns(steps: Sequence[Step]) -> Columns:
    """Visit each step once: coming back to ten thousand scattered messages costs more than what is done with them."""
    return Columns._make(zip(*map(_row, map(vars, steps)), strict=True))
