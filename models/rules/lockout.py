"""How long a name must wait after failed log-ins."""

from datetime import datetime, timedelta

FREE_TRIES = 5
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_MOST_DOUBLINGS = 10
_FORGOTTEN_AFTER = timedelta(hours=24)


def wait(failures: int) -> timedelta:
    """Return how long the next try must wait: nothing at first, then thirty seconds, doubled up to an hour."""
    if failures < FREE_TRIES:
        return timedelta(0)
    doublings = min(failures - FREE_TRIES, _MOST_DOUBLINGS)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def counted(failures: int, last_failed_at: datetime, now: datetime) -> int:
    """Return how many failures still count; after a quiet day all are forgotten."""
    return 0 if now - last_failed_at > _FORGOTTEN_AFTER else failures
