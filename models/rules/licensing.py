"""How many people an installation may have, and what is said as its licence nears its end.

Seats are counted where somebody comes in, and nowhere else: no licence, and the end of none, ever stops the floor.
"""

from datetime import datetime, timedelta
from enum import StrEnum

# Without a licence, and after one has ended: enough for a small factory, and stated on the licence's page.
COMMUNITY_SEATS = 25
WARN_BEFORE = timedelta(days=30)


class Standing(StrEnum):
    """How it stands with the licence of an installation."""

    NOT_NEEDED = "not_needed"
    COMMUNITY = "community"
    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"


def standing(expires_at: datetime | None, now: datetime, *, many_factories: bool = False) -> Standing:
    """Return how it stands with a licence that ends at an instant, or with none."""
    if many_factories:
        return Standing.NOT_NEEDED
    if expires_at is None:
        return Standing.COMMUNITY
    if expires_at <= now:
        return Standing.ENDED
    return Standing.ENDING if expires_at - now <= WARN_BEFORE else Standing.VALID


def allowed_seats(stands: Standing, seats: int | None) -> int | None:
    """Return how many people may be active at once; None where nobody counts. A licence never allows less than none."""
    if stands is Standing.NOT_NEEDED:
        return None
    if stands in {Standing.VALID, Standing.ENDING} and seats is not None:
        return max(seats, COMMUNITY_SEATS)
    return COMMUNITY_SEATS


def has_room(used: int, allowed: int | None) -> bool:
    """Tell whether one more person may come in."""
    return allowed is None or used < allowed


def days_left(expires_at: datetime, now: datetime) -> int:
    """Return the whole days until a licence ends, 0 on its last day and after it."""
    return max(0, (expires_at - now).days)
