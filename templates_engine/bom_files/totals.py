"""Rows that add up the others: recognised, never taken for a part, and used to check the reading."""

import re
from collections.abc import Mapping
from decimal import Decimal

from models.messages.integrations import BomField
from templates_engine.bom_files.numbers import NumberStyle, looks_like_number, parse
from templates_engine.bom_files.table import Line, blank

_LABEL = re.compile(
    r"^(grand|sub|net|overall|order|bom|unit|parts?)?[\s-]*"
    r"(totals?|sums?|subtotals?|summe|gesamt\w*|zwischensumme|gesamtsumme|insgesamt|endsumme)\b",
    re.IGNORECASE,
)
_PARTIAL = re.compile(r"^(sub|zwischen)", re.IGNORECASE)
_MONEY = (BomField.LINE_TOTAL, BomField.UNIT_COST)


def is_total(line: Line, mapping: Mapping[BomField, int]) -> bool:
    """Tell whether a row adds up others: it says so instead of naming a part, or holds nothing but money."""
    named = line.cell(mapping.get(BomField.NAME)) or line.cell(mapping.get(BomField.SKU))
    labelled = any(_LABEL.match(cell) for cell in line.cells)
    if named:
        return labelled and _LABEL.match(named) is not None and not line.cell(mapping.get(BomField.QUANTITY))
    money = {mapping[field] for field in _MONEY if field in mapping}
    filled = {number for number, cell in enumerate(line.cells, start=1) if not blank(cell)}
    return labelled or filled <= money


def published(line: Line, mapping: Mapping[BomField, int], style: NumberStyle) -> Decimal | None:
    """Return the sum a total row states, None for a partial sum or where no number is found."""
    if any(_PARTIAL.match(cell) for cell in line.cells):
        return None
    stated = line.cell(mapping.get(BomField.LINE_TOTAL))
    numbers = [stated] if stated else [cell for cell in line.cells if looks_like_number(cell)]
    return parse(numbers[-1], style.decimal_mark) if numbers else None
