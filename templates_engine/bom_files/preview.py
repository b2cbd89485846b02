"""A whole file read: columns understood, every row taken or refused with its reason, totals checked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from models.messages.integrations import (
    BomColumn,
    BomField,
    BomPreview,
    BomRow,
    ColumnMapping,
    DecimalMark,
    RefusalKind,
    RefusedRow,
)
from models.rules.sentences import Sentence
from templates_engine.bom_files.decoding import text_of
from templates_engine.bom_files.field_words import field_words
from templates_engine.bom_files.headers import guess, header_index, known_headers
from templates_engine.bom_files.identities import Identity, skus
from templates_engine.bom_files.mapping import corrected
from templates_engine.bom_files.numbers import NumberStyle, currency_of, is_ambiguous, style_of
from templates_engine.bom_files.refusal import BomFileRefused, FileFault
from templates_engine.bom_files.rows import Reading, RowRefused, identity, refused, row_of
from templates_engine.bom_files.table import Line, rows_of
from templates_engine.bom_files.totals import is_total, published
from templates_engine.bom_files.units import split_unit, unit_of

_F, _K = BomField, RefusalKind
_NUMERIC = (_F.QUANTITY, _F.UNIT_COST, _F.LINE_TOTAL)
_SAMPLES = 3


@dataclass(frozen=True)
class _Table:
    """The file's rows, parted at the row that names the columns."""

    delimiter: str
    header: Line | None
    titles: int
    lines: Sequence[Line]
    headers: tuple[str, ...]


def read_bom(
    content: bytes, *, mapping: ColumnMapping | None = None, default_uom: str = "pcs", parts_only: bool = False
) -> BomPreview:
    """Read a parts list as people have them; nothing is written. Costs are per unit, quantities per parent.

    `mapping` corrects the guessed columns; with `parts_only` quantities may be missing.
    Raises BomFileRefused, and nothing else whatever the bytes are.
    """
    wishes = mapping or ColumnMapping()
    uom = unit_of(default_uom)
    if uom is None:
        unknown = Sentence("The unit '{unit}' is not known.", unit=default_uom[:40])
        raise BomFileRefused(FileFault.UNKNOWN_UNIT, unknown)
    text, encoding = text_of(content)
    table = _table(text, [name for name in wishes.columns.values() if isinstance(name, str) and not name.isdecimal()])
    guessed = guess(table.headers, table.lines, len(table.headers))
    columns = corrected(guessed.chosen, wishes, table.headers)
    styles = _styles(table, columns, wishes.decimal_mark)
    reading = Reading(columns, {field: style.decimal_mark for field, style in styles.items()}, uom, parts_only)
    rows, left = _sorted_out(table, reading)
    computed = sum((_line_total(row) for row in rows), Decimal(0))
    stated = _published(table, reading, styles, left)
    currencies = _currencies(table, reading)
    warnings = chain(
        _about_columns(table, reading, styles), _about_money(currencies, computed, stated), _about_twins(rows)
    )
    return BomPreview(
        encoding=encoding, delimiter=table.delimiter, header_line=table.header.number if table.header else None,
        columns=_columns(table, reading, styles), mapping=columns, candidates=guessed.candidates, rows=tuple(rows),
        refused=tuple(left), computed_total=computed, published_total=stated,
        currency=currencies[0] if len(currencies) == 1 else None, warnings=tuple(warnings),
    )  # fmt: skip


def _table(text: str, named: Sequence[str]) -> _Table:
    delimiter, lines = rows_of(text, known_headers)
    at = header_index(lines, named)
    header = None if at is None else lines[at]
    data = lines if at is None else lines[at + 1 :]
    width = max(len(line.cells) for line in lines)
    names = header.cells if header else ()
    return _Table(delimiter, header, at or 0, data, (*names, *[""] * (width - len(names))))


def _styles(table: _Table, columns: dict[BomField, int], wanted: DecimalMark | None) -> dict[BomField, NumberStyle]:
    """Return each numeric column's style; a column that does not tell follows those that do."""
    cells = {field: _numbers(table, columns.get(field)) for field in _NUMERIC}
    usual: DecimalMark = "," if table.delimiter == ";" else "."
    overall = style_of(chain.from_iterable(cells.values()), usual).decimal_mark
    styles = {field: style_of(texts, overall) for field, texts in cells.items()}
    if wanted is None:
        return styles
    return {field: NumberStyle(wanted, style.group_mark, certain=True) for field, style in styles.items()}


def _numbers(table: _Table, column: int | None) -> list[str]:
    return [split_unit(line.cell(column))[0] for line in table.lines]


def _sorted_out(table: _Table, reading: Reading) -> tuple[list[BomRow], list[RefusedRow]]:
    rows: list[BomRow] = []
    left: list[RefusedRow] = []
    identities = [identity(line, reading) for line in table.lines]
    for line, named, sku in zip(table.lines, identities, skus(identities), strict=True):
        try:
            _refuse_what_is_no_part(line, named, table, reading)
            rows.append(row_of(line, sku, reading))
        except RowRefused as refusal:
            left.append(refused(line, refusal))
    return rows, left


def _refuse_what_is_no_part(line: Line, named: Identity, table: _Table, reading: Reading) -> None:
    if line.is_blank:
        raise RowRefused(_K.BLANK, "The row is blank.")
    if table.header and line.cells == table.header.cells:
        raise RowRefused(_K.HEADER, "The row repeats the headers.")
    if is_total(line, reading.mapping):
        raise RowRefused(_K.TOTAL, "The row adds up others; it only serves to check the sum.")
    if not named.source:
        raise RowRefused(_K.NO_NAME, "There is neither a name nor a part number.")


def _published(
    table: _Table, reading: Reading, styles: dict[BomField, NumberStyle], left: Sequence[RefusedRow]
) -> Decimal | None:
    """Return the sum that the file itself states last, if any."""
    totals = {row.line for row in left if row.kind is _K.TOTAL}
    style = styles[_F.LINE_TOTAL if _F.LINE_TOTAL in reading.mapping else _F.UNIT_COST]
    stated = (published(line, reading.mapping, style) for line in table.lines if line.number in totals)
    return next((total for total in reversed(list(stated)) if total is not None), None)


def _line_total(row: BomRow) -> Decimal:
    if row.line_total is not None:
        return row.line_total
    return row.quantity * row.unit_cost if row.unit_cost is not None else Decimal(0)


def _currencies(table: _Table, reading: Reading) -> list[str]:
    numbers = [reading.mapping[field] for field in (_F.UNIT_COST, _F.LINE_TOTAL) if field in reading.mapping]
    found = {currency_of(line.cell(number)) for line in table.lines for number in numbers}
    found |= {currency_of(table.headers[number - 1]) for number in numbers}
    return sorted(currency for currency in found if currency)


def _columns(table: _Table, reading: Reading, styles: dict[BomField, NumberStyle]) -> tuple[BomColumn, ...]:
    fields = {number: field for field, number in reading.mapping.items()}
    return tuple(
        BomColumn(
            number=number, header=header, field=(field := fields.get(number)),
            decimal_mark=styles[field].decimal_mark if field in styles else None,
            group_mark=styles[field].group_mark if field in styles else None,
            samples=tuple(line.cell(number)[:80] for line in table.lines if line.cell(number))[:_SAMPLES],
        )
        for number, header in enumerate(table.headers, start=1)
    )  # fmt: skip


def _about_columns(table: _Table, reading: Reading, styles: dict[BomField, NumberStyle]) -> Iterable[Sentence]:
    if table.header is None:
        yield Sentence("No row names the columns: they were guessed from their content.")
    elif table.titles:
        yield Sentence("What stands above line {line}, the row of headers, was left out.", line=table.header.number)
    if _F.QUANTITY not in reading.mapping and not reading.parts_only:
        yield Sentence("No column was taken for the quantity: say which one it is.")
    if _F.NAME not in reading.mapping and _F.SKU not in reading.mapping:
        yield Sentence("No column was taken for the part's name or number: say which one it is.")
    for field, style in styles.items():
        place = {"column": reading.mapping.get(field), "field": field_words(field), "mark": style.decimal_mark}
        if style.mixed:
            yield Sentence(
                "Column {column} ({field}) has both decimal commas and points; '{mark}' was taken for decimals.",
                **place,
            )
        unclear = next((cell for cell in _numbers(table, reading.mapping.get(field)) if is_ambiguous(cell)), None)
        if unclear and not style.certain:
            yield Sentence(
                "Column {column} ({field}): '{cell}' could be thousands; '{mark}' was taken for decimals.",
                cell=unclear, **place,
            )  # fmt: skip


def _about_money(currencies: Sequence[str], computed: Decimal, stated: Decimal | None) -> Iterable[Sentence]:
    if len(currencies) > 1:
        yield Sentence("Several currencies: {currencies}. They are not converted.", currencies=", ".join(currencies))
    if stated is None:
        return
    last_place = Decimal(1).scaleb(int(stated.as_tuple().exponent))
    if abs(computed - stated) > last_place / 2:
        yield Sentence(
            "The file says the total is {stated}; the rows taken add up to {computed}.",
            stated=f"{stated:f}", computed=f"{computed:f}",
        )  # fmt: skip


def _about_twins(rows: Sequence[BomRow]) -> Iterable[Sentence]:
    first: dict[str, BomRow] = {}
    for row in rows:
        before = first.setdefault(row.sku, row)
        if (row.name, row.unit_cost, row.uom) != (before.name, before.unit_cost, before.uom):
            yield Sentence(
                "Lines {first} and {second} are both part {part} but differ in name, cost or unit; the part is taken "
                "as line {first} has it.",
                first=before.line, second=row.line, part=row.sku,
            )  # fmt: skip
