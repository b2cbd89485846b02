"""A bill of materials as a tree: each part as often as it is used, with what one unit of it costs."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from models.messages.templates import BomLine, CatalogFacts, PartFacts
from models.rules import units
from models.rules.catalog import PartKind
from models.rules.sentences import Sentence
from templates_engine.boms import BomRefused, explode

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
MOST_PLACES = 2_000  # what somebody could read; a tree that shares assemblies may have millions


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a part; `per_unit` is for one unit of the part above, in the part's stock unit."""

    path: str
    level: int
    part: PartFacts
    line: BomLine
    per_unit: Decimal
    quantity: Decimal
    unit_cost: Decimal
    leaf: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """The places below a part, depth first; `cut_off` says that there are more."""

    places: tuple[Place, ...]
    unit_cost: Decimal
    cut_off: bool


def tree(root: str, catalog: CatalogFacts, quantity: Decimal) -> Tree:
    """Return what is below `root` for a quantity of it. Losses are uplift at every level. Raises BomRefused."""
    explode(root, catalog, quantity)  # refuses a circle and unknown parts, so that the walk below ends
    with localcontext() as exact:
        exact.prec = units.DIGITS
        costs = _Costs(catalog)
        unit_cost = costs.of(root)
        places: list[Place] = []
        waiting = _below("", 1, catalog.parts[root], quantity)
        while waiting and len(places) < MOST_PLACES:
            path, level, line, above = waiting.pop()
            part = catalog.parts.get(line.part)
            if part is None:  # an optional line may name what was never walked
                raise BomRefused(
                    Sentence("A bill of materials lists '{part}', which is not in the catalog.", part=line.part)
                )
            each = _per_unit(line, part)
            place = Place(path, level, part, line, each, above * each, costs.of(part.sku), leaf=not part.bom)
            places.append(place)
            waiting.extend(_below(path, level + 1, part, place.quantity))
    return Tree(tuple(places), unit_cost, cut_off=bool(waiting))


def _below(path: str, level: int, part: PartFacts, quantity: Decimal) -> list[tuple[str, int, BomLine, Decimal]]:
    """Return a part's lines, last one first, as the walk takes them from the end."""
    return [(f"{path}.{index}".lstrip("."), level, line, quantity) for index, line in enumerate(part.bom)][::-1]


def _per_unit(line: BomLine, part: PartFacts) -> Decimal:
    try:
        each = units.convert(line.quantity, line.uom, part.uom)
    except (units.UnknownUnit, units.UnitMismatch) as fault:
        raise BomRefused(f"Part '{line.part}': {fault}") from fault
    return each * (_ONE + line.scrap_percent / _HUNDRED)


class _Costs:
    """What one unit of each part costs: its price, or what is below a part that is not bought; each worked out once."""

    def __init__(self, catalog: CatalogFacts) -> None:
        self._catalog = catalog
        self._known: dict[str, Decimal] = {}

    def of(self, root: str) -> Decimal:
        """Return the cost of one unit; deep bills of materials are walked without recursion."""
        waiting = [root]
        while waiting:
            sku = waiting[-1]
            part = self._catalog.parts[sku]
            lines = [line for line in part.bom if not line.optional]
            missing = [line.part for line in lines if line.part not in self._known]
            if sku in self._known:
                waiting.pop()
            elif part.kind is PartKind.BOUGHT or not lines:
                self._known[sku] = part.unit_cost
            elif missing:
                waiting.extend(missing)
            else:
                each = (_per_unit(line, self._catalog.parts[line.part]) * self._known[line.part] for line in lines)
                self._known[sku] = sum(each, _ZERO)
        return self._known[root]
