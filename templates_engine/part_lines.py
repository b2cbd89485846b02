"""Reads authored part lines into the stock unit of their parts, and explodes phantom parts through."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise
from operator import itemgetter
from typing import TypeAlias
from uuid import UUID

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
from models.rules.sentences import Sentence
from models.rules.templates import LineBasis
from templates_engine.construct import trusted

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)


class _BadBom(Exception):  # noqa: N818 - errors name the refusal
    """A phantom that cannot be exploded, on its way to the list of all faults."""

    def __init__(self, pattern: str, **values: object) -> None:
        self.words = Sentence(pattern, **values)
        super().__init__(self.words)


@dataclass(frozen=True, slots=True)
class _Need:
    """What a line takes of one part, in its stock unit before rounding; losses of upper levels are folded in."""

    facts: PartFacts
    quantity: Decimal
    scrap_percent: Decimal
    setup_quantity: Decimal
    rounding_multiple: Decimal | None


_Problem: TypeAlias = tuple[FaultKind, Sentence]
_Known: TypeAlias = tuple[UUID, str, str, Decimal, bool]  # id, name, unit, unit cost, whether it is counted
# A plan line by its fields in the order of the class.
_Row: TypeAlias = tuple[
    int,
    UUID,
    str,
    str,
    str,
    Decimal,
    LineBasis,
    Decimal | None,
    Decimal,
    Decimal,
    Decimal | None,
    Decimal,
]
_wanted = itemgetter("part", "quantity", "basis", "uom", "scrap_percent", "setup_quantity", "rounding_multiple")


class LineReader:
    """Turns the part lines of one template into plan lines, collecting faults and totals for one unit."""

    def __init__(self, product: str, catalog: CatalogFacts, faults: list[Fault]) -> None:
        self._product = product
        self._catalog = catalog
        self._faults = faults
        self._known: dict[str, _Known] = {}
        self._rows: list[_Row] = []
        self._to_round: list[int] = []
        self._totals: defaultdict[str, Decimal] = defaultdict(Decimal)

    def read(self, steps: Sequence[Step], lines: Sequence[tuple[PartLine, ...]]) -> list[tuple[PlanPart, ...]]:
        """Return the plan lines of each step from its own lines; one that cannot be used becomes its faults."""
        rows, known_parts, totals, ends = self._rows, self._known, self._totals, [0]
        per_batch = LineBasis.PER_BATCH
        for place, own in enumerate(lines):
            first = len(rows)
            for line in own:
                sku, quantity, basis, uom, scrap, setup, multiple = _wanted(line.__dict__)
                known = known_parts.get(sku) or self._look_up(sku)
                # The short way is for a positive quantity in the stock unit, without batches and multiples.
                if (
                    known is None
                    or quantity <= _ZERO
                    or basis is per_batch
                    or multiple is not None
                    or (uom is not None and uom != known[2])
                ):
                    self._add_carefully(first, steps[place], line)
                    continue
                identity, name, unit, cost, counted = known
                if scrap or setup or (counted and quantity % _ONE):
                    self._to_round.append(len(rows))
                else:
                    totals[sku] += quantity
                number = len(rows) - first
                rows.append((number, identity, sku, name, unit, quantity, basis, None, scrap, setup, None, cost))
            ends.append(len(rows))
        parts = trusted(PlanPart, rows)
        for number in self._to_round:
            self._totals[parts[number].sku] += requirement(parts[number], _ONE)
        return [parts[first:end] for first, end in pairwise(ends)]

    def _look_up(self, sku: str) -> _Known | None:
        """Return what is common to all lines of a part that may be taken as it is."""
        facts = self._catalog.parts.get(sku)
        if facts is None or facts.kind is PartKind.PHANTOM or sku == self._product or not units.known(facts.uom):
            return None
        known = self._known[sku] = (facts.id, facts.name, facts.uom, facts.unit_cost, units.unit(facts.uom).counted)
        return known

    def totals(self) -> tuple[PartTotal, ...]:
        """Return what one unit needs of every part and what that costs, by SKU."""
        parts = self._catalog.parts
        needed = [(parts[sku], quantity) for sku, quantity in sorted(self._totals.items())]
        return trusted(
            PartTotal,
            [(p.id, p.sku, p.name, p.uom, quantity, money(quantity * p.unit_cost)) for p, quantity in needed],
        )

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
                problems.append((FaultKind.BAD_BOM, fault.words))
        for kind, message in problems:
            text = Sentence("Step '{step}', part '{part}': {problem}", step=step.key, part=line.part, problem=message)
            self._faults.append(Fault(kind=kind, step=step.key, message=text))
        for need in needs:
            self._add_need(first, line, need)

    def _add_need(self, first: int, line: PartLine, need: _Need) -> None:
        number, part = len(self._rows), need.facts
        batch = line.batch_size if line.basis is LineBasis.PER_BATCH else None
        losses = (need.scrap_percent, need.setup_quantity, need.rounding_multiple)
        named = (number - first, part.id, part.sku, part.name, part.uom)
        self._to_round.append(number)
        self._rows.append((*named, need.quantity, line.basis, batch, *losses, part.unit_cost))

    def _explode(self, need: _Need, trail: tuple[str, ...]) -> Iterator[_Need]:
        """Replace a phantom by what it is made of, level by level; its factors multiply, losses included."""
        if need.facts.kind is not PartKind.PHANTOM:
            yield need
            return
        lines = [line for line in need.facts.bom if not line.optional]
        if not lines:
            raise _BadBom("phantom '{part}' has no parts of its own to take its place.", part=need.facts.sku)
        for line in lines:
            if line.part in trail:
                circle = (*trail[trail.index(line.part) :], line.part)
                raise _BadBom("its bill of materials contains itself: {path}.", path=" → ".join(circle))
            facts = self._catalog.parts.get(line.part)
            if facts is None:
                raise _BadBom(
                    "the bill of materials of '{part}' lists '{listed}', which is not known.",
                    part=need.facts.sku, listed=line.part,
                )  # fmt: skip
            try:
                each = units.convert(line.quantity, line.uom, facts.uom)
            except (units.UnknownUnit, units.UnitMismatch) as fault:
                why = fault.args[0]
                raise _BadBom("the bill of materials of '{part}': {why}", part=need.facts.sku, why=why) from fault
            with localcontext() as exact:
                exact.prec = units.DIGITS
                quantity = need.quantity * (_ONE + need.scrap_percent / _HUNDRED) * each
                setup = need.setup_quantity * each * (_ONE + line.scrap_percent / _HUNDRED)
                below = _Need(facts, quantity, line.scrap_percent, setup, None)
            yield from self._explode(below, (*trail, line.part))


def _part_problems(line: PartLine, facts: PartFacts | None, product: str) -> Iterator[_Problem]:
    if facts is None:
        yield FaultKind.UNKNOWN_PART, Sentence("no such part in the catalog.")
        return
    if line.part == product:
        yield FaultKind.BAD_BOM, Sentence("the product cannot be a part of itself.")
    codes = {line.uom or facts.uom, facts.uom}
    unknown = sorted(code for code in codes if not units.known(code))
    for code in unknown:
        yield FaultKind.BAD_UNIT, units.UnknownUnit(code).args[0]
    if not unknown and len({units.unit(code).dimension for code in codes}) > 1:
        why = units.UnitMismatch(line.uom or facts.uom, facts.uom).args[0]
        yield FaultKind.BAD_UNIT, Sentence("{why} That is its stock unit.", why=why)


def _quantity_problems(line: PartLine) -> Iterator[_Problem]:
    if line.quantity <= 0:
        told = f"{line.quantity:f}"
        yield FaultKind.BAD_QUANTITY, Sentence("the quantity is {quantity}; it must be more than zero.", quantity=told)
    if line.basis is LineBasis.PER_BATCH and line.batch_size is None:
        yield FaultKind.BAD_QUANTITY, Sentence("a quantity per batch needs the batch size.")


def _fit_problems(line: PartLine, facts: PartFacts) -> Iterator[_Problem]:
    counted, multiple = units.unit(facts.uom).counted, line.rounding_multiple
    if multiple is not None and facts.kind is PartKind.PHANTOM:
        yield (
            FaultKind.BAD_QUANTITY,
            Sentence("a phantom is never stocked, so it cannot be rounded up to a multiple."),
        )
    if multiple is not None and counted and multiple % _ONE:
        counts = Sentence("it is counted in '{unit}', so the multiple must be a whole number.", unit=facts.uom)
        yield FaultKind.BAD_QUANTITY, counts
    if not counted and _in_stock_unit(line, facts).quantity < units.MEASURE_STEP:
        smallest = f"{units.MEASURE_STEP} {facts.uom}"
        too_little = Sentence("the quantity is less than {least}, the least the stock can hold.", least=smallest)
        yield FaultKind.BAD_QUANTITY, too_little


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
