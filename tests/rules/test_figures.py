from decimal import Decimal

from models.rules.figures import share


def test_a_share_is_percent_to_one_place_and_nothing_has_none() -> None:
    assert share(1, 3) == Decimal("33.3")
    assert share(Decimal("0.05"), 1) == Decimal("5.0")
    assert share(0, 4) == 0
    assert share(0, 0) is None
