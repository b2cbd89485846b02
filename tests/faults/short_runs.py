"""Runs of a few dozen events, so that a storm meets many renewals; the same for workers and for the replay."""

import os

from workflows import options


def renew_early() -> None:
    """Renew runs at FAULTS_EVENTS_PER_RUN events, where it is set."""
    options.EVENTS_PER_RUN = int(os.environ.get("FAULTS_EVENTS_PER_RUN", options.EVENTS_PER_RUN))
