"""One row of the file to one line of the bill of materials, or the reason why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from models.messages.integrations import BomField, BomRow, DecimalMark, RefusalKind, RefusedRow
from models.rules.sentences import Sentence
from models.rules.units import MEASURE_STEP, unit, word
from templates_engine.bom_files.field_words import field_words
from templates_engine.bom_files.headers import is_url
from templates_engine.bom_files.identities import Identity
from templates_engine.bom_files.numbers import parse
from templates_engine.bom_files.table import Line
from templates_engine.bom_files.units import split_unit, unit_in_words, unit_of

_F, _K = BomField, RefusalKind
_LIMIT = Decimal(10) ** 12  # NUMERIC(18,6)
_LONGEST = {_F.SUPPLIER: 200, _F.CATEGORY: 200, _F.LINK: 2000, _F.SUPPLIER_PART: 2000, _F.DESIGNATORS: 4000}
_NAME, _NOTE = 200, 4000
_UNKNOWN_COST = frozenset({"tbd", "tba", "?", "unknown", "k.a.", "unbekannt", "on request", "auf anfrage"})
_YES = frozenset({"yes", "y", "true", "x", "1", "optional", "opt", "ja", "j", "wahr", "✓", "✔"})
_NO = frozenset({"", "no", "n", "false", "0", "required", "nein", "falsch", "mandatory"})


class RowRefused(Exception):  # noqa: N818 - errors name the refusal
    """A row that cannot be taken."""

    def __init__(self, kind: RefusalKind, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


@dataclass(frozen=True)
class Reading:
    """How the whole file is read: columns by field, decimal mark by field, and the unit where a row names none."""

    mapping: Mapping[BomField, int]
    decimal_marks: Mapping[BomField, DecimalMark]
    default_uom: str
    parts_only: bool = False  # a list of parts and not of what something is made of: it may have no quantities


@dataclass
class _Hints:
    words: list[Sentence] = field(default_factory=list)

    def add(self, words: Sentence) -> None:
        self.words.append(words)


def identity(line: Line, reading: Reading) -> Identity:
    """Return how a row names its part."""
    return Identity(line.cell(reading.mapping.get(_F.SKU)), line.cell(reading.mapping.get(_F.NAME)))


def refused(line: Line, refusal: RowRefused) -> RefusedRow:
    """Return the row as one that was not taken."""
    return RefusedRow(line=line.number, cells=line.cells, kind=refusal.kind, reason=refusal.reason)


def row_of(line: Line, sku: str, reading: Reading) -> BomRow:
    """Return what a row says of one part; raises RowRefused."""
    hints = _Hints()
    named = identity(line, reading)
    quantity, uom = _quantity(line, reading, hints)
    total = _number(line, _F.LINE_TOTAL, reading)
    cost, assumed = _cost(line, reading, quantity, total, hints)
    texts = {each: _text(line, each, reading) for each in _LONGEST}
    link = texts[_F.LINK] if is_url(texts[_F.LINK]) else ""
    note = [line.cell(reading.mapping.get(_F.NOTE)), "" if link else texts[_F.LINK]]
    name = named.name or named.number
    if len(name) > _NAME:
        hints.add(
            Sentence("The name is longer than {most} letters; the whole of it was kept as the line's note.", most=_NAME)
        )
        note, name = [name, *note], name[:_NAME].rstrip()
    if len(whole_note := " · ".join(filter(None, note))) > _NOTE:
        raise RowRefused(_K.TOO_LONG, _too_long(_F.NOTE, _NOTE))
    content: dict[str, Any] = {
        "line": line.number, "sku": sku, "name": name, "quantity": quantity, "uom": uom, "unit_cost": cost,
        "cost_is_assumed": assumed, "line_total": total, "supplier": texts[_F.SUPPLIER] or None,
        "supplier_part": texts[_F.SUPPLIER_PART] or None, "link": link or None,
        "optional": _optional(line, reading, hints), "designators": texts[_F.DESIGNATORS], "note": whole_note,
        "category": texts[_F.CATEGORY] or None, "hints": tuple(hints.words),
    }  # fmt: skip
    return BomRow(**content)


def _quantity(line: Line, reading: Reading, hints: _Hints) -> tuple[Decimal, str]:
    """Return quantity and unit; the unit may stand behind the number, in its own column, or in the note."""
    if reading.parts_only and not line.cell(reading.mapping.get(_F.QUANTITY)):
        return Decimal(1), _unit(line, None, reading, hints)
    if _F.QUANTITY not in reading.mapping:
        raise RowRefused(_K.NO_QUANTITY, "No column is taken for the quantity: say which one it is.")
    cell = line.cell(reading.mapping[_F.QUANTITY])
    if not cell:
        shown = line.cells[reading.mapping[_F.QUANTITY] - 1 :][:1]
        raise RowRefused(
            _K.NO_QUANTITY,
            Sentence("There is no quantity (the cell says '{cell}').", cell=shown[0])
            if any(shown)
            else Sentence("There is no quantity."),
        )
    written, behind = split_unit(cell)
    number = parse(written, reading.decimal_marks[_F.QUANTITY])
    if number is None:
        raise RowRefused(_K.NOT_A_NUMBER, _no_number(_F.QUANTITY, cell))
    quantity = _bounded(number, _F.QUANTITY, cell, hints)
    if quantity == 0:
        nothing = Sentence("The quantity '{cell}' is zero, or less than a millionth.", cell=cell[:40])
        raise RowRefused(_K.ZERO, nothing)
    uom = _unit(line, behind, reading, hints)
    if unit(uom).counted and quantity != quantity.to_integral_value():
        named = {"quantity": f"{quantity.normalize():f}", "unit": word(uom)}
        hints.add(Sentence("{quantity} {unit} is no whole number: is the unit right?", **named))
    return quantity, uom


def _unit(line: Line, behind: str | None, reading: Reading, hints: _Hints) -> str:
    written = line.cell(reading.mapping.get(_F.UOM))
    uom = unit_of(written) if written else behind
    if uom is None and written:
        raise RowRefused(_K.UNKNOWN_UNIT, Sentence("The unit '{unit}' is not known.", unit=written[:40]))
    if uom is not None and behind and uom != behind:
        units = {"unit": word(behind), "other": word(uom)}
        differ = Sentence("The quantity is written in {unit}, the unit column says {other}.", **units)
        raise RowRefused(_K.UNIT_MISMATCH, differ)
    if uom is not None:
        return uom
    told = unit_in_words(line.cell(reading.mapping.get(_F.NOTE)))
    if told is not None:
        hints.add(Sentence("The unit {unit} was taken from the note.", unit=word(told)))
    return told or reading.default_uom


def _cost(
    line: Line, reading: Reading, quantity: Decimal, total: Decimal | None, hints: _Hints
) -> tuple[Decimal | None, bool]:
    """Return the cost per unit and whether it is assumed; a line total alone is divided by the quantity."""
    cost = _number(line, _F.UNIT_COST, reading)
    if cost is None:
        if not total:
            return None, True
        derived = (total / quantity).quantize(MEASURE_STEP)
        if derived >= _LIMIT:
            raise RowRefused(_K.TOO_LARGE, "The cost per unit, total by quantity, is too large.")
        hints.add(Sentence("The cost per unit was worked out from the line's total."))
        return derived, True
    if total is not None and abs(quantity * cost - total) > quantity * _half(cost) + _half(total):
        product = f"{(quantity * cost).normalize():f}"
        hints.add(
            Sentence(
                "The line's total {total} is not quantity times cost, {product}.",
                total=f"{total.normalize():f}", product=product,
            )
        )  # fmt: skip
    return cost, False


def _half(number: Decimal) -> Decimal:
    """Return how far rounding may have moved a written number: half of its last place."""
    return Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)


def _number(line: Line, which: BomField, reading: Reading) -> Decimal | None:
    cell = line.cell(reading.mapping.get(which))
    if not cell or cell.casefold() in _UNKNOWN_COST:
        return None
    number = parse(cell, reading.decimal_marks[which])
    if number is None:
        raise RowRefused(_K.NOT_A_NUMBER, _no_number(which, cell))
    return _bounded(number, which, cell, _Hints())


def _no_number(which: BomField, cell: str) -> Sentence:
    return Sentence("The {field} '{cell}' is not a number.", field=field_words(which), cell=cell[:40])


def _bounded(number: Decimal, which: BomField, cell: str, hints: _Hints) -> Decimal:
    """Return the number with at most six decimals; raises RowRefused for what the database could not hold."""
    named = {"field": field_words(which), "cell": cell[:40]}
    if number < 0:
        raise RowRefused(_K.NEGATIVE, Sentence("The {field} '{cell}' is negative.", **named))
    if number >= _LIMIT - 1:
        raise RowRefused(_K.TOO_LARGE, Sentence("The {field} '{cell}' is too large.", **named))
    rounded = number.quantize(MEASURE_STEP)
    if rounded == number:
        return number
    hints.add(Sentence("The {field} '{cell}' was rounded to six decimals.", **named))
    return rounded


def _text(line: Line, which: BomField, reading: Reading) -> str:
    text = line.cell(reading.mapping.get(which))
    if len(text) > _LONGEST[which]:
        raise RowRefused(_K.TOO_LONG, _too_long(which, _LONGEST[which]))
    return text


def _too_long(which: BomField, most: int) -> Sentence:
    return Sentence("The {field} is longer than {most} letters.", field=field_words(which), most=most)


def _optional(line: Line, reading: Reading, hints: _Hints) -> bool:
    word = line.cell(reading.mapping.get(_F.OPTIONAL)).casefold()
    if word not in _YES | _NO:
        hints.add(Sentence("'{word}' in the optional column was read as no.", word=word[:40]))
    return word in _YES
