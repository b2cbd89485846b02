"""How much of a part is needed: losses, setup, rounding and partial progress, never too little."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Protocol

from models.rules.sentences import Sentence
from models.rules.templates import LineBasis
from models.rules.units import DIGITS, MEASURE_STEP, precision

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_NOISE = Decimal("1e-24")  # below any authored figure; a ratio cut off at a hundred digits differs by less


class LossImpossible(ValueError):  # noqa: N818 - errors name the refusal
    """A loss outside 0 to below 100 percent: nothing good would ever come out."""

    def __init__(self, percent: Decimal) -> None:
        super().__init__(
            Sentence("A loss of {percent} % is not possible; it must be at least 0 and below 100 %.", percent=percent)
        )
        self.percent = percent


class RequirementLine(Protocol):
    """What the arithmetic must know of a part line; quantities in the unit `uom`."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def basis(self) -> LineBasis: ...
    @property
    def batch_size(self) -> Decimal | None: ...
    @property
    def scrap_percent(self) -> Decimal: ...
    @property
    def setup_quantity(self) -> Decimal: ...
    @property
    def rounding_multiple(self) -> Decimal | None: ...
    @property
    def uom(self) -> str: ...


def requirement(line: RequirementLine, units: Decimal) -> Decimal:
    """Return how much of the part `units` good pieces need, rounded up; nothing for no pieces.

    Formula: base by basis, x (1 + scrap/100), + setup, up to the multiple, up to the unit's precision
    (domain reference, BoM scaling, rules 2 to 5). Losses are uplift, not yield.
    """
    if units <= 0:
        return _ZERO
    with localcontext() as exact:
        exact.prec = DIGITS
        needed = _base(line, units) * (_ONE + line.scrap_percent / _HUNDRED) + line.setup_quantity
        if line.rounding_multiple is not None:
            needed = _up(needed, line.rounding_multiple)
        return _up(needed, precision(line.uom))


def cumulative(line: RequirementLine, processed: Decimal, total: Decimal) -> Decimal:
    """Return what must be booked in all once `processed` of `total` pieces went through the step.

    The amount to book now is this target less what is already booked: it cannot drift and is never negative
    (domain reference, partial completion). All pieces processed, or more, is the whole requirement.
    """
    whole = requirement(line, total)
    if processed >= total:
        return whole
    if processed <= 0:
        return _ZERO
    step = precision(line.uom)
    with localcontext() as exact:
        exact.prec = DIGITS
        return min(whole, _times_up(whole * processed, total * step) * step)


def start_quantity(good_wanted: Decimal, loss_percents: Iterable[Decimal]) -> Decimal:
    """Return the pieces to start so that `good_wanted` survive every loss downstream, up to six decimals.

    Yield form: Q / product of (1 - s/100); raises LossImpossible. Two losses of 20 % turn 100 into 156.25.
    """
    with localcontext() as exact:
        exact.prec = DIGITS
        surviving = _ONE
        for percent in loss_percents:
            if not 0 <= percent < _HUNDRED:
                raise LossImpossible(percent)
            surviving *= _ONE - percent / _HUNDRED
        return _times_up(good_wanted, surviving * MEASURE_STEP) * MEASURE_STEP


def _base(line: RequirementLine, units: Decimal) -> Decimal:
    if line.basis is LineBasis.FIXED:
        return line.quantity
    if line.basis is LineBasis.PER_BATCH and line.batch_size is not None:
        return line.quantity * _times_up(units, line.batch_size)
    return line.quantity * units


def _up(amount: Decimal, multiple: Decimal) -> Decimal:
    # A third of an hour times three must not come out one step too much: drop what only the cut-off ratio added.
    return _times_up(amount.quantize(_NOISE, ROUND_HALF_EVEN), multiple) * multiple


def _times_up(amount: Decimal, multiple: Decimal) -> Decimal:
    """Return how many multiples cover the amount; exact, because the remainder decides and not a quotient."""
    times, rest = divmod(amount, multiple)
    return times + (_ONE if rest > 0 else _ZERO)
