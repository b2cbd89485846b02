"""Units of measure: which codes exist, how finely each is counted, and exact conversion between them."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

from models.rules.sentences import Sentence

PIECES = "pcs"
PIECE_STEP = Decimal(1)
MEASURE_STEP = Decimal("0.000001")  # NUMERIC(18,6)
DIGITS = 100  # room for several 18-digit factors; only ratios without a finite decimal are ever cut off


class UnknownUnit(ValueError):  # noqa: N818 - errors name the refusal
    """A unit code that is not in the table."""

    def __init__(self, code: str) -> None:
        super().__init__(
            Sentence("Unit '{unit}' is not known; known units are {known}.", unit=code, known=", ".join(UNITS))
        )
        self.code = code


class UnitMismatch(ValueError):  # noqa: N818 - errors name the refusal
    """Two units that do not measure the same thing, such as pieces and kilograms."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(
            Sentence("A quantity in '{unit}' cannot be converted to '{other}'.", unit=source, other=target)
        )
        self.source, self.target = source, target


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: what it measures, whether it comes in whole pieces, and its name in pint."""

    code: str
    dimension: str
    counted: bool
    pint_name: str


def _counted(*codes: str) -> list[Unit]:
    return [Unit(code, f"count of {code}", counted=True, pint_name="") for code in codes]


def _measured(dimension: str, **names: str) -> list[Unit]:
    return [Unit(code, dimension, counted=False, pint_name=name) for code, name in names.items()]


# A set is not a number of pieces and a box is not a number of pairs: each counted unit is a dimension of its own.
UNITS: dict[str, Unit] = {
    unit.code: unit
    for unit in (
        *_counted("pcs", "set", "pair", "box", "roll"),
        *_measured("mass", mg="milligram", g="gram", kg="kilogram", t="metric_ton"),
        *_measured("length", mm="millimeter", cm="centimeter", m="meter", km="kilometer"),
        *_measured("length", **{"in": "inch", "ft": "foot"}),
        *_measured("area", mm2="millimeter**2", m2="meter**2"),
        *_measured("volume", ml="milliliter", l="liter", m3="meter**3"),
        *_measured("time", s="second", min="minute", h="hour"),
    )
}


def known(code: str) -> bool:
    """Tell whether a unit code is in the table."""
    return code in UNITS


def word(code: str) -> str:
    """Return a unit as a sentence names it: what is counted has words of its own in other languages."""
    return Sentence(code) if code in UNITS and UNITS[code].counted else code


def unit(code: str) -> Unit:
    """Return a unit by its code; raises UnknownUnit."""
    found = UNITS.get(code)
    if found is None:
        raise UnknownUnit(code)
    return found


def precision(code: str) -> Decimal:
    """Return the smallest step a stock quantity in this unit can take; raises UnknownUnit."""
    return PIECE_STEP if unit(code).counted else MEASURE_STEP


def convert(quantity: Decimal, source: str, target: str) -> Decimal:
    """Convert a quantity by the exact ratio of two units; raises UnknownUnit and UnitMismatch.

    Exact whenever the result has a finite decimal form, else correct to a hundred digits (20 min is 0.333... h).
    """
    from_unit, to_unit = unit(source), unit(target)
    if source == target:
        return quantity
    if from_unit.dimension != to_unit.dimension:
        raise UnitMismatch(source, target)
    ratio = _ratio(source, target)
    with localcontext() as exact:
        exact.prec = DIGITS
        return quantity * ratio.numerator / ratio.denominator


@cache
def _ratio(source: str, target: str) -> Fraction:
    # Importing pint takes most of a second, so only those who convert pay for it.
    import pint

    registry: pint.UnitRegistry[Decimal] = pint.UnitRegistry(non_int_type=Decimal)
    factors = [registry.Quantity(Decimal(1), UNITS[code].pint_name).to_base_units().m for code in (source, target)]
    return Fraction(factors[0]) / Fraction(factors[1])
