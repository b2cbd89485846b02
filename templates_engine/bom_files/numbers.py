"""Numbers as people write them: decimal comma or point, groups of thousands, money marks, a unit behind."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.messages.integrations import DecimalMark

CURRENCIES = {"US$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"} | {
    code: code for code in ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "JPY", "CNY", "INR", "SEK", "PLN", "CZK")
}
_CURRENCY = re.compile("|".join(re.escape(mark) for mark in CURRENCIES), re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_APOSTROPHES = re.compile("['\u2019]")
_BODY = re.compile(r"([+-]?)([0-9][0-9.,']*|[.,][0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_TIMES = re.compile(r"^[x\u00d7](?=[0-9])|(?<=[0-9])[x\u00d7]$", re.IGNORECASE)  # 4x, x4
_THREE = 3


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of one column are written; no group mark where none was seen."""

    decimal_mark: DecimalMark
    group_mark: str | None
    certain: bool  # False: nothing in the column told the marks apart
    mixed: bool = False


def currency_of(cell: str) -> str | None:
    """Return the currency a cell names, if any."""
    found = _CURRENCY.search(cell)
    return CURRENCIES[found[0].upper()] if found else None


def bare(cell: str) -> str:
    """Return a cell without money marks and inner spaces, ready to be parsed."""
    without = _APOSTROPHES.sub("'", _CURRENCY.sub("", cell))
    return _TIMES.sub("", _SPACES.sub("", without).replace("\u2212", "-"))


def looks_like_number(cell: str) -> bool:
    """Tell whether a cell is a number in some style."""
    return _BODY.fullmatch(bare(cell)) is not None


def style_of(cells: Iterable[str], fallback: DecimalMark) -> NumberStyle:
    """Return the style most telling cells agree on; `fallback` decides where no cell tells."""
    votes: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    for cell in cells:
        mark, group = _evidence(bare(cell))
        votes.update([mark] if mark else [])
        groups.update([group] if group else [])
    points, commas = votes["."], votes[","]
    decimal: DecimalMark = fallback if points == commas else "." if points > commas else ","
    group = max((mark for mark in groups if mark != decimal), key=lambda mark: groups[mark], default=None)
    return NumberStyle(decimal, group, certain=points != commas, mixed=bool(points and commas))


def _evidence(text: str) -> tuple[str | None, str | None]:
    """Return the decimal mark and the group mark that one cell proves, each None where it proves nothing."""
    match = _BODY.fullmatch(text)
    if match is None:
        return None, None
    body = match[2]
    points, commas = body.count("."), body.count(",")
    group = "'" if "'" in body else None
    if points and commas:
        last = "." if body.rfind(".") > body.rfind(",") else ","
        return last, _other(last)
    mark = "." if points else "," if commas else None
    if mark is None:
        return None, group
    if points + commas > 1:
        return _other(mark), mark
    whole, fraction = body.split(mark)
    ambiguous = len(fraction) == _THREE and 0 < len(whole) <= _THREE and whole.strip("0") and not group
    return (None, None) if ambiguous else (mark, group)


def is_ambiguous(cell: str) -> bool:
    """Tell whether a cell could be thousands or thousandths, such as 1.234."""
    text = bare(cell)
    return ("." in text or "," in text) and _evidence(text) == (None, None) and looks_like_number(cell)


def parse(cell: str, decimal_mark: DecimalMark) -> Decimal | None:
    """Return the number a cell holds, or None where it is none in this style."""
    match = _BODY.fullmatch(bare(cell))
    if match is None:
        return None
    sign, body, exponent = match.groups()
    whole, _, fraction = body.partition(decimal_mark)
    if fraction and not fraction.isdecimal():
        return None
    groups = re.split(r"[.,']", whole)
    marks = set(re.findall(r"[.,']", whole))
    if len(marks) > 1 or any(len(group) != _THREE for group in groups[1:]) or (marks and len(groups[0]) > _THREE):
        return None
    point = f".{fraction}" if fraction else ""
    return Decimal(f"{sign}{''.join(groups) or '0'}{point}{exponent or ''}")


def _other(mark: str) -> str:
    return "," if mark == "." else "."
