from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.boms import LossImpossible, cumulative, requirement, start_quantity
from models.rules.templates import LineBasis
from models.rules.units import convert, precision


@dataclass(frozen=True)
class _Line:
    quantity: Decimal
    basis: LineBasis = LineBasis.PER_UNIT
    batch_size: Decimal | None = None
    scrap_percent: Decimal = Decimal(0)
    setup_quantity: Decimal = Decimal(0)
    rounding_multiple: Decimal | None = None
    uom: str = "pcs"


def _quantities(least="0"):
    return st.decimals(min_value=Decimal(least), max_value=10**6, places=6, allow_nan=False)


_LINES = st.builds(
    _Line,
    quantity=_quantities("0.000001"),
    basis=st.sampled_from(LineBasis),
    batch_size=st.none() | _quantities("0.5"),
    scrap_percent=st.decimals(min_value=0, max_value=1000, places=4, allow_nan=False),
    setup_quantity=_quantities(),
    rounding_multiple=st.none() | st.integers(1, 500).map(Decimal),
    uom=st.sampled_from(["pcs", "kg", "m"]),
)


def test_losses_setup_and_multiple_follow_the_worked_example():
    line = _Line(
        Decimal(3), scrap_percent=Decimal(2), setup_quantity=Decimal(10), rounding_multiple=Decimal(25), uom="pcs"
    )
    assert requirement(line, Decimal(100)) == 325


@pytest.mark.parametrize(("units", "expected"), [(100, 24), (101, 25)])
def test_whole_pieces_are_rounded_up_once_for_the_whole_job(units, expected):
    assert requirement(_Line(Decimal("0.24")), Decimal(units)) == expected


def test_two_losses_compound():
    once = requirement(_Line(Decimal(1), scrap_percent=Decimal(10)), Decimal(200))
    assert once == 220
    assert requirement(_Line(Decimal(1), scrap_percent=Decimal(10)), once) == 242


def test_a_fixed_line_is_taken_once_and_a_batch_line_for_each_batch_begun():
    assert requirement(_Line(Decimal(2), LineBasis.FIXED), Decimal(50)) == 2
    batch = _Line(Decimal(2), LineBasis.PER_BATCH, batch_size=Decimal(20))
    assert [requirement(batch, Decimal(units)) for units in (20, 21)] == [2, 4]


def test_no_pieces_need_nothing_not_even_the_setup():
    assert requirement(_Line(Decimal(2), LineBasis.FIXED, setup_quantity=Decimal(3)), Decimal(0)) == 0


def test_a_third_of_an_hour_three_times_is_an_hour_and_not_a_millionth_more():
    line = _Line(convert(Decimal(40), "min", "h"), uom="h")
    assert requirement(line, Decimal(3)) == 2


@given(_LINES, st.integers(0, 10**6), st.integers(0, 1000))
def test_a_requirement_is_never_too_little_never_falls_and_keeps_its_steps(line, units, more):
    needed = requirement(line, Decimal(units))
    assert requirement(line, Decimal(units + more)) >= needed
    assert needed % precision(line.uom) == 0
    if units and line.rounding_multiple is not None:
        assert needed % line.rounding_multiple == 0
    if units and line.basis is LineBasis.PER_UNIT:
        exact = Fraction(line.quantity) * units * (1 + Fraction(line.scrap_percent) / 100)
        exact += Fraction(line.setup_quantity)
        step = Fraction(line.rounding_multiple or 0) + Fraction(precision(line.uom))
        assert exact <= Fraction(needed) < exact + step


@given(_LINES, st.lists(st.integers(0, 50), min_size=1, max_size=12))
def test_booking_the_difference_to_the_target_never_drifts_and_never_takes_back(line, reports):
    total, booked, processed = Decimal(sum(reports)), Decimal(0), 0
    for pieces in reports:
        processed += pieces
        target = cumulative(line, Decimal(processed), total)
        assert target >= booked
        booked = target
    assert booked == requirement(line, total)


def test_more_processed_than_planned_books_the_whole_requirement_and_no_more():
    line = _Line(Decimal("0.5"))
    assert cumulative(line, Decimal(12), Decimal(10)) == 5
    assert cumulative(line, Decimal(0), Decimal(10)) == 0
    assert cumulative(line, Decimal(1), Decimal(10)) == 1


def test_a_lot_is_enlarged_for_every_loss_downstream():
    started = start_quantity(Decimal(100), [Decimal(20), Decimal(20)])
    assert started == Decimal("156.25")
    assert started.to_integral_value(ROUND_CEILING) == 157


@given(_quantities("1"), st.lists(st.decimals(min_value=0, max_value=99, places=2), max_size=5))
def test_what_survives_the_losses_is_what_was_wanted(wanted, losses):
    started = start_quantity(wanted, losses)
    surviving = Fraction(1)
    for loss in losses:
        surviving *= 1 - Fraction(loss) / 100
    assert 0 <= Fraction(started) * surviving - Fraction(wanted) < Fraction(1, 10**6)


@pytest.mark.parametrize("percent", [100, 120, -1])
def test_a_loss_that_leaves_nothing_is_refused(percent):
    with pytest.raises(LossImpossible, match=f"A loss of {percent} % is not possible"):
        start_quantity(Decimal(1), [Decimal(percent)])
