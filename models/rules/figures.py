"""How the factory's figures are reckoned; each is defined where it is computed, and pages quote the definition."""

from decimal import ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Return a share in percent to one place, and None of nothing: what is missing is not zero."""
    return (Decimal(100) * part / whole).quantize(_TENTH, ROUND_HALF_UP) if whole else None
