"""Units as people write them."""

import re

from models.rules.units import UNITS, known

_SPELLINGS = {
    "pcs": "pc piece pieces ea each unit units stk stück stueck st stck nos no qty pcs. stk.",
    "set": "sets satz kit kits",
    "pair": "pairs pr paar",
    "box": "boxes bx karton kartons pack packs pk packung schachtel",
    "roll": "rolls rolle rollen spool spools spule",
    "g": "gram grams gramm gr",
    "kg": "kgs kilo kilos kilogram kilograms kilogramm",
    "mg": "milligram milligrams milligramm",
    "t": "tonne tonnes tonnen",
    "mm": "millimeter millimeters millimetre millimetres",
    "cm": "centimeter centimeters centimetre centimetres zentimeter",
    "m": "meter meters metre metres mtr mtrs lfm",
    "km": "kilometer kilometers kilometre kilometres",
    "in": 'inch inches zoll " \u2033',
    "ft": "foot feet fuss fuß '",
    "mm2": "mm² mm^2 qmm",
    "m2": "m² m^2 qm sqm",
    "ml": "milliliter milliliters millilitre millilitres",
    "l": "liter liters litre litres lt ltr",
    "m3": "m³ m^3 cbm",
    "s": "sec secs second seconds sekunde sekunden",
    "min": "mins minute minutes minuten",
    "h": "hr hrs hour hours std stunde stunden",
}
_BY_SPELLING = {spelling: code for code, text in _SPELLINGS.items() for spelling in text.split()} | {
    code: code for code in UNITS
}
_BEHIND = re.compile(r"^(?P<number>.*[0-9][.,]?)\s*(?P<unit>[^\W\d_]+[²³23]?\.?|[\"'\u2033])$")
_IN_WORDS = re.compile(
    r"\bunits?\s+(?:is|are|in)\s+(?:in\s+)?([^\W\d_]+[²³]?)|\beinheit(?:en)?\s+(?:in\s+)?([^\W\d_]+)",
    re.IGNORECASE,
)


def unit_of(text: str) -> str | None:
    """Return the unit's code, or None for a unit nobody here knows."""
    wanted = text.strip()
    return wanted if known(wanted) else _BY_SPELLING.get(wanted.casefold())


def split_unit(cell: str) -> tuple[str, str | None]:
    """Return the number's text and the unit written behind it, such as 2.5 m; None where none is."""
    match = _BEHIND.match(cell)
    unit = unit_of(match["unit"]) if match else None
    return (match["number"].strip(), unit) if match and unit else (cell, None)


def unit_in_words(note: str) -> str | None:
    """Return the unit a note tells, as in 'Units in kg'."""
    match = _IN_WORDS.search(note)
    return unit_of(match[1] or match[2]) if match else None
