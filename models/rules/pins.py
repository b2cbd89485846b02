"""Which PINs are too easily guessed to be taken."""

from itertools import pairwise

SHORTEST, LONGEST = 4, 8


def weakness(pin: str) -> str | None:
    """Return in one sentence why a PIN is refused, or None for one that may be taken."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST <= len(pin) <= LONGEST):
        return f"A PIN has {SHORTEST} to {LONGEST} digits."
    steps = {int(later) - int(earlier) for earlier, later in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        return "Digits that are all alike or count up or down are tried first; take another PIN."
    if any(pin == pin[:length] * (len(pin) // length) for length in (2, 3, 4) if length < len(pin)):
        return "A PIN that repeats itself is tried first; take another one."
    return None
