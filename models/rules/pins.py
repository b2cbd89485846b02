"""Which PINs are too easily guessed to be taken."""

from itertools import pairwise

SHORTEST, LONGEST = 4, 8
_NO_PIN = f"A PIN has {SHORTEST} to {LONGEST} digits."
_IN_LINE = "Digits that are all alike or count up or down are tried first; take another PIN."
_REPEATING = "A PIN that repeats itself is tried first; take another one."
SENTENCES = (_NO_PIN, _IN_LINE, _REPEATING)


def weakness(pin: str) -> str | None:
    """Return in one sentence why a PIN is refused, or None for one that may be taken."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST <= len(pin) <= LONGEST):
        return _NO_PIN
    steps = {int(later) - int(earlier) for earlier, later in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        return _IN_LINE
    if any(pin == pin[:length] * (len(pin) // length) for length in (2, 3, 4) if length < len(pin)):
        return _REPEATING
    return None
