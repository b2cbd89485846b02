from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.units import UNITS, UnitMismatch, UnknownUnit, convert, known, precision, unit

_MEASURED = sorted(code for code, entry in UNITS.items() if not entry.counted)
_QUANTITIES = st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False)


def test_the_table_knows_the_units_of_a_shop_floor():
    codes = ["pcs", "set", "pair", "box", "roll", "g", "kg", "mg", "t", "mm", "cm", "m", "km", "in", "ft"]
    codes += ["mm2", "m2", "ml", "l", "m3", "s", "min", "h"]
    assert all(known(code) for code in codes)
    assert not known("furlong")


def test_counted_units_come_in_whole_pieces_and_measures_in_millionths():
    assert precision("pcs") == 1
    assert precision("kg") == Decimal("0.000001")


@pytest.mark.parametrize(
    ("quantity", "source", "target", "expected"),
    [
        ("2.5", "kg", "g", "2500"),
        ("1", "t", "kg", "1000"),
        ("25.4", "mm", "in", "1"),
        ("3", "ft", "in", "36"),
        ("1", "m2", "mm2", "1000000"),
        ("250", "ml", "l", "0.25"),
        ("1", "m3", "l", "1000"),
        ("90", "min", "h", "1.5"),
        ("7", "pcs", "pcs", "7"),
    ],
)
def test_conversion_is_exact(quantity, source, target, expected):
    assert convert(Decimal(quantity), source, target) == Decimal(expected)


def test_an_unknown_unit_is_refused_with_the_known_ones():
    with pytest.raises(UnknownUnit, match=r"'furlong' is not known; known units are pcs, set") as refusal:
        convert(Decimal(1), "furlong", "m")
    assert refusal.value.code == "furlong"
    with pytest.raises(UnknownUnit):
        precision("parsec")


@pytest.mark.parametrize(("source", "target"), [("pcs", "kg"), ("pcs", "box"), ("kg", "m"), ("mm2", "mm")])
def test_units_that_measure_different_things_do_not_convert(source, target):
    with pytest.raises(UnitMismatch, match=f"'{source}' cannot be converted to '{target}'"):
        convert(Decimal(1), source, target)


@given(_QUANTITIES, st.sampled_from(_MEASURED), st.sampled_from(_MEASURED))
def test_converting_there_and_back_loses_nothing_that_is_stored(quantity, source, target):
    if unit(source).dimension != unit(target).dimension:
        return
    there_and_back = convert(convert(quantity, source, target), target, source)
    assert abs(there_and_back - quantity) < Decimal("1e-30")
