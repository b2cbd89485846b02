"""What time costs: planned minutes of a step, and the money they stand for."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

_SIXTY = Decimal(60)
_MONEY_STEP = Decimal("0.000001")  # NUMERIC(18,6), the precision money is stored in


class StepTimes(Protocol):
    """What costing must know of a step: minutes, people, and rates per hour."""

    @property
    def setup_minutes(self) -> Decimal: ...
    @property
    def run_minutes(self) -> Decimal: ...
    @property
    def crew(self) -> int: ...
    @property
    def cost_per_hour(self) -> Decimal: ...
    @property
    def labor_cost_per_hour(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class StepCost:
    """Planned minutes of the place and of its people, and their money; not rounded."""

    minutes: Decimal
    person_minutes: Decimal
    place: Decimal
    labor: Decimal

    @property
    def total(self) -> Decimal:
        """Money for place and people together."""
        return self.place + self.labor


def planned_minutes(step: StepTimes, units: Decimal) -> Decimal:
    """Return the minutes a step takes for `units` pieces: setup once plus run per piece; none for no pieces."""
    return step.setup_minutes + step.run_minutes * units if units > 0 else Decimal(0)


def planned_cost(step: StepTimes, units: Decimal) -> StepCost:
    """Return the planned time and money of a step for `units` pieces; person-minutes are minutes x crew."""
    minutes = planned_minutes(step, units)
    people = minutes * step.crew
    return StepCost(minutes, people, cost_of(minutes, step.cost_per_hour), cost_of(people, step.labor_cost_per_hour))


def cost_of(minutes: Decimal, rate_per_hour: Decimal) -> Decimal:
    """Return the money of some minutes at an hourly rate; not rounded."""
    return minutes * rate_per_hour / _SIXTY


def money(amount: Decimal, step: Decimal = _MONEY_STEP) -> Decimal:
    """Round money half up to `step`, six decimals as stored unless told otherwise (a cent to display)."""
    return amount.quantize(step, ROUND_HALF_UP)
