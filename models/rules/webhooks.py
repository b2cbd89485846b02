"""Which webhook hears of what, how often a delivery is tried, and when a webhook has failed for good."""

from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches

from models.rules.audit import FEATURES
from models.rules.sentences import Sentence

TEST_EVENT = "webhooks:test"
MOST_FAILURES = 50
_PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)


def hears(wanted: Iterable[str], event: str) -> bool:
    """Tell whether somebody who asked for some events hears of one; `orders:*` means all of a feature."""
    feature = event.partition(":")[0]
    return any(one in {event, f"{feature}:*"} for one in wanted)


def misnamed(event: str) -> Sentence | None:
    """Say why nothing would ever be heard of an event, and which one may be meant; None for a feature there is."""
    feature, _, past = event.partition(":")
    if feature in FEATURES:
        return None
    meant = next((f"{each}:{past}" for each in get_close_matches(feature, FEATURES, n=1)), None)
    return Sentence(
        "Nothing is ever told of '{event}'. Did you mean '{meant}'? Events begin with: {features}."
        if meant
        else "Nothing is ever told of '{event}'. Events begin with: {features}.",
        event=event, meant=meant, features=", ".join(FEATURES),
    )  # fmt: skip


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failed attempts; None where it is time to give up."""
    return _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None
