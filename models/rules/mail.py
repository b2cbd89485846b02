"""How long a mail that could not be delivered waits, and when it is given up."""

from datetime import datetime, timedelta

MOST_ATTEMPTS = 12
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=2)


def next_attempt(attempts: int, now: datetime, useful_until: datetime | None) -> datetime | None:
    """Return when to try again after so many attempts; None where the mail is given up, or would come too late."""
    if attempts >= MOST_ATTEMPTS:
        return None
    then = now + min(_FIRST_PAUSE * (1 << max(0, attempts - 1)), _LONGEST_PAUSE)
    return None if useful_until is not None and then >= useful_until else then
