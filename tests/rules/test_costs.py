from dataclasses import dataclass
from decimal import Decimal

from models.rules.costs import cost_of, money, planned_cost, planned_minutes


@dataclass(frozen=True)
class _Step:
    setup_minutes: Decimal = Decimal(10)
    run_minutes: Decimal = Decimal("2.5")
    crew: int = 2
    cost_per_hour: Decimal = Decimal(31)
    labor_cost_per_hour: Decimal = Decimal(24)


def test_setup_is_paid_once_and_run_for_every_piece():
    assert planned_minutes(_Step(), Decimal(20)) == 60
    assert planned_minutes(_Step(), Decimal(0)) == 0


def test_the_place_is_paid_by_time_and_its_people_by_person_minutes():
    cost = planned_cost(_Step(), Decimal(20))
    assert (cost.minutes, cost.person_minutes) == (60, 120)
    assert (cost.place, cost.labor, cost.total) == (31, 48, 79)


def test_money_is_rounded_half_up_to_what_is_stored_or_shown():
    third = cost_of(Decimal(20), Decimal("0.01"))
    assert money(third) == Decimal("0.003333")
    assert money(Decimal("2.345"), Decimal("0.01")) == Decimal("2.35")
