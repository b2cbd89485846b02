"""Multi-level bills of materials exploded by one topological pass, and Plans scaled to a number of units."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from models.messages.templates import BomLine, CatalogFacts, PartFacts, Plan
from models.rules import units
from models.rules.boms import requirement
from models.rules.sentences import Sentence

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)


class BomRefused(Exception):  # noqa: N818 - errors name the refusal
    """A bill of materials that contains itself, lists an unknown part, or mixes units that do not convert."""

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class ExplodedLine:
    """What the whole product takes of one part, over all places it is used; `level` is its deepest place."""

    part: PartFacts
    level: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ScaledLine:
    """What one part line of one step needs for all units; in the part's stock unit."""

    step: int
    line: int
    sku: str
    uom: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ScaledPlan:
    """The part requirements of a Plan for a number of units: per line of each step, and per part."""

    units: Decimal
    lines: tuple[ScaledLine, ...]
    totals: Mapping[str, Decimal]


def explode(root: str, catalog: CatalogFacts, quantity: Decimal) -> tuple[ExplodedLine, ...]:
    """Return every part below `root` for `quantity` of it, levels ascending, each part once with its total.

    Losses are uplift at every level and optional lines are left out; quantities are exact and not rounded, because
    rounding belongs to the line that is booked. Raises BomRefused. A part shared by many assemblies is walked once.
    """
    order = _order(root, catalog)
    needed: defaultdict[str, Decimal] = defaultdict(Decimal, {root: quantity})
    levels: defaultdict[str, int] = defaultdict(int)
    with localcontext() as exact:
        exact.prec = units.DIGITS
        for sku in order:
            for line in _lines(catalog.parts[sku]):
                each = _each(line, sku, catalog)
                needed[line.part] += needed[sku] * each * (_ONE + line.scrap_percent / _HUNDRED)
                levels[line.part] = max(levels[line.part], levels[sku] + 1)
    below = sorted(order[1:], key=lambda sku: levels[sku])
    return tuple(ExplodedLine(catalog.parts[sku], levels[sku], needed[sku]) for sku in below)


def scale(plan: Plan, wanted: Decimal) -> ScaledPlan:
    """Return what each part line of a Plan, and each part in all, needs for `wanted` units; lines stay apart."""
    lines = tuple(
        ScaledLine(step.index, part.line, part.sku, part.uom, requirement(part, wanted))
        for step in plan.steps
        for part in step.parts
    )
    totals: dict[str, Decimal] = {}
    for line in lines:
        totals[line.sku] = totals.get(line.sku, _ZERO) + line.quantity
    return ScaledPlan(wanted, lines, dict(sorted(totals.items())))


def _lines(part: PartFacts) -> tuple[BomLine, ...]:
    return tuple(line for line in part.bom if not line.optional)


def _each(line: BomLine, parent: str, catalog: CatalogFacts) -> Decimal:
    try:
        return units.convert(line.quantity, line.uom, catalog.parts[line.part].uom)
    except (units.UnknownUnit, units.UnitMismatch) as fault:
        raise BomRefused(f"The bill of materials of '{parent}', part '{line.part}': {fault}") from fault


def _order(root: str, catalog: CatalogFacts) -> list[str]:
    """Return root and all below it, parents before children; depth first without recursion, so depth is free."""
    finished: dict[str, None] = {}
    trail: list[str] = []
    waiting = [(root, False)]
    while waiting:
        sku, leaving = waiting.pop()
        if leaving:
            trail.pop()
            finished[sku] = None
            continue
        if sku in finished:
            continue
        if sku in trail:
            path = (*trail[trail.index(sku) :], sku)
            raise BomRefused(Sentence("The bill of materials contains itself: {path}.", path=" → ".join(path)), path)
        if sku not in catalog.parts:
            where = f"The bill of materials of '{trail[-1]}' lists" if trail else "There is no part"
            raise BomRefused(f"{where} '{sku}', which is not in the catalog.")
        trail.append(sku)
        waiting.append((sku, True))
        waiting.extend((line.part, False) for line in reversed(_lines(catalog.parts[sku])))
    return list(reversed(finished))
