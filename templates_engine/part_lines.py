"""Reads authored part lines into the stock unit of their parts, and explodes phantom parts through."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from models.messages.templates import (
    CatalogFacts,
    Fault,
    FaultKind,
    PartFacts,
    PartLine,
    PartTotal,
    PlanPart,
    Step,
)
from models.rules import units
from models.rules.boms import requirement
from models.rules.catalog import PartKind
from models.rules.costs import money
from models.rules.templates import LineBasis
from templates_engine.construct import trusted

_ONE, _HUNDRED = Decimal(1), Decimal(100)
_NO_FIELDS: dict[str, object] = dict.fromkeys(PlanPart.model_fields)  # in the order of the class


class _BadBom(Exception):  # noqa: N818 - errors name the refusal
    """A phantom that cannot be exploded, on its way to the list of all faults."""


@dataclass(frozen=True, slots=True)
class _Need:
    """What a line takes of one part, in its stock unit before rounding; losses of upper levels are folded in."""

    facts: PartFacts
    quantity: Decimal
    scrap_percent: Decimal
    setup_quantity: Decimal
    rounding_multiple: Decimal | None


@dataclass(frozen=True, slots=True)
class _Known:
    """What every plan line of one usable part has in common, worked out once."""

    fields: dict[str, object]
    uom: str
    counted: bool


class LineReader:
    """Turns the part lines of one template into plan lines, collecting faults and totals for one unit."""

    def __init__(self, product: str, catalog: CatalogFacts, faults: list[Fault]) -> None:
        self._product = product
        self._catalog = catalog
        self._faults = faults
        self._known: dict[str, _Known] = {}
        self._rows: list[dict[str, object]] = []
        self._to_round: list[int] = []
        self._totals: defaultdict[str, Decimal] = defaultdict(Decimal)

    def read(self, steps: Sequence[Step]) -> list[tuple[PlanPart, ...]]:
        """Return the plan lines of each step; a line that cannot be used becomes its faults."""
        rows, known_parts, totals, ends = self._rows, self._known, self._totals, [0]
        per_batch = LineBasis.PER_BATCH
        for step in steps:
            first = len(rows)
            for line in step.parts:
                known = known_parts.get(line.part) or self._look_up(line.part)
                quantity, scrap, setup, basis = line.quantity, line.scrap_percent, line.setup_quantity, line.basis
                # The short way is for a positive quantity in the stock unit, without batches and multiples.
                if (
                    known is None
                    or quantity <= 0
                    or basis is per_batch
                    or line.rounding_multiple is not None
                    or (line.uom is not None and line.uom != known.uom)
                ):
                    self._add_carefully(first, step, line)
                    continue
                if scrap or setup or (known.counted and quantity % _ONE):
                    self._to_round.append(len(rows))
                else:
                    totals[line.part] += quantity
                row = known.fields.copy()
                row["line"] = len(rows) - first
                row["quantity"] = quantity
                row["basis"] = basis
                row["scrap_percent"] = scrap
                row["setup_quantity"] = setup
                rows.append(row)
            ends.append(len(rows))
        parts = trusted(PlanPart, rows)
        for number in self._to_round:
            self._totals[parts[number].sku] += requirement(parts[number], _ONE)
        return [tuple(parts[first:end]) for first, end in pairwise(ends)]

    def _look_up(self, sku: str) -> _Known | None:
        """Return what is common to all lines of a part that may be taken as it is."""
        facts = self._catalog.parts.get(sku)
        if facts is None or facts.kind is PartKind.PHANTOM or sku == self._product or not units.known(facts.uom):
            return None
        known = self._known[sku] = _known(facts)
        return known

    def totals(self) -> tuple[PartTotal, ...]:
        """Return what one unit needs of every part and what that costs, by SKU."""
        rows: list[dict[str, object]] = []
        for sku, quantity in sorted(self._totals.items()):
            facts = self._catalog.parts[sku]
            rows.append(
                {
                    "part_id": facts.id,
                    "sku": sku,
                    "name": facts.name,
                    "uom": facts.uom,
                    "quantity": quantity,
                    "cost": money(quantity * facts.unit_cost),
                }
            )
        return tuple(trusted(PartTotal, rows))

    def _add_carefully(self, first: int, step: Step, line: PartLine) -> None:
        facts = self._catalog.parts.get(line.part)
        problems = [*_part_problems(line, facts, self._product), *_quantity_problems(line)]
        needs: list[_Need] = []
        if facts is not None and not problems:
            problems = list(_fit_problems(line, facts))
        if facts is not None and not problems:
            try:
                needs = list(self._explode(_in_stock_unit(line, facts), (line.part,)))
            except _BadBom as fault:
                problems.append((FaultKind.BAD_BOM, str(fault)))
        for kind, message in problems:
            text = f"Step '{step.key}', part '{line.part}': {message}"
            self._faults.append(Fault(kind=kind, step=step.key, message=text))
        for need in needs:
            self._add_need(first, line, need)

    def _add_need(self, first: int, line: PartLine, need: _Need) -> None:
        row = _known(need.facts).fields | {
            "line": len(self._rows) - first,
            "quantity": need.quantity,
            "basis": line.basis,
            "batch_size": line.batch_size if line.basis is LineBasis.PER_BATCH else None,
            "scrap_percent": need.scrap_percent,
            "setup_quantity": need.setup_quantity,
            "rounding_multiple": need.rounding_multiple,
        }
        self._to_round.append(len(self._rows))
        self._rows.append(row)

    def _explode(self, need: _Need, trail: tuple[str, ...]) -> Iterator[_Need]:
        """Replace a phantom by what it is made of, level by level; its factors multiply, losses included."""
        if need.facts.kind is not PartKind.PHANTOM:
            yield need
            return
        lines = [line for line in need.facts.bom if not line.optional]
        if not lines:
            raise _BadBom(f"phantom '{need.facts.sku}' has no parts of its own to take its place.")
        for line in lines:
            if line.part in trail:
                circle = (*trail[trail.index(line.part) :], line.part)
                raise _BadBom(f"its bill of materials contains itself: {' → '.join(circle)}.")
            facts = self._catalog.parts.get(line.part)
            if facts is None:
                raise _BadBom(f"the bill of materials of '{need.facts.sku}' lists '{line.part}', which is not known.")
            try:
                each = units.convert(line.quantity, line.uom, facts.uom)
            except (units.UnknownUnit, units.UnitMismatch) as fault:
                raise _BadBom(f"the bill of materials of '{need.facts.sku}': {fault}") from fault
            with localcontext() as exact:
                exact.prec = units.DIGITS
                quantity = need.quantity * (_ONE + need.scrap_percent / _HUNDRED) * each
                setup = need.setup_quantity * each * (_ONE + line.scrap_percent / _HUNDRED)
                below = _Need(facts, quantity, line.scrap_percent, setup, None)
            yield from self._explode(below, (*trail, line.part))


def _known(facts: PartFacts) -> _Known:
    own = {"part_id": facts.id, "sku": facts.sku, "name": facts.name, "uom": facts.uom, "unit_cost": facts.unit_cost}
    return _Known(_NO_FIELDS | own, facts.uom, units.unit(facts.uom).counted)


def _part_problems(line: PartLine, facts: PartFacts | None, product: str) -> Iterator[tuple[FaultKind, str]]:
    if facts is None:
        yield FaultKind.UNKNOWN_PART, "no such part in the catalog."
        return
    if line.part == product:
        yield FaultKind.BAD_BOM, "the product cannot be a part of itself."
    codes = {line.uom or facts.uom, facts.uom}
    unknown = sorted(code for code in codes if not units.known(code))
    for code in unknown:
        yield FaultKind.BAD_UNIT, str(units.UnknownUnit(code))
    if not unknown and len({units.unit(code).dimension for code in codes}) > 1:
        yield FaultKind.BAD_UNIT, f"{units.UnitMismatch(line.uom or facts.uom, facts.uom)} That is its stock unit."


def _quantity_problems(line: PartLine) -> Iterator[tuple[FaultKind, str]]:
    if line.quantity <= 0:
        yield FaultKind.BAD_QUANTITY, f"the quantity is {line.quantity:f}; it must be more than zero."
    if line.basis is LineBasis.PER_BATCH and line.batch_size is None:
        yield FaultKind.BAD_QUANTITY, "a quantity per batch needs the batch size."


def _fit_problems(line: PartLine, facts: PartFacts) -> Iterator[tuple[FaultKind, str]]:
    counted, multiple = units.unit(facts.uom).counted, line.rounding_multiple
    if multiple is not None and facts.kind is PartKind.PHANTOM:
        yield FaultKind.BAD_QUANTITY, "a phantom is never stocked, so it cannot be rounded up to a multiple."
    if multiple is not None and counted and multiple % _ONE:
        yield FaultKind.BAD_QUANTITY, f"it is counted in '{facts.uom}', so the multiple must be a whole number."
    if not counted and _in_stock_unit(line, facts).quantity < units.MEASURE_STEP:
        smallest = f"{units.MEASURE_STEP} {facts.uom}"
        yield FaultKind.BAD_QUANTITY, f"the quantity is less than {smallest}, the least the stock can hold."


def _in_stock_unit(line: PartLine, facts: PartFacts) -> _Need:
    source = line.uom or facts.uom
    multiple = line.rounding_multiple
    return _Need(
        facts,
        units.convert(line.quantity, source, facts.uom),
        line.scrap_percent,
        units.convert(line.setup_quantity, source, facts.uom),
        None if multiple is None else units.convert(multiple, source, facts.uom),
    )
