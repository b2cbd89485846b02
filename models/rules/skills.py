"""Whether somebody's certificates allow a piece of work at the time it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person has of one skill: certified from when until when; neither where they have nothing."""

    skill: str
    certified_at: datetime | None
    expires_at: datetime | None


def shortfall(certificates: Iterable[Certificate], at: datetime) -> str | None:
    """Return what is lacking at an instant, as the end of a sentence about the person; None where nothing is.

    A certificate holds from the instant it was given up to, and not including, the one at which it expires.
    """
    for certificate in certificates:
        if certificate.certified_at is None:
            return f"without the skill '{certificate.skill}'"
        if at < certificate.certified_at:
            return f"certified for '{certificate.skill}' only from {_when(certificate.certified_at)} on"
        if certificate.expires_at is not None and at >= certificate.expires_at:
            return f"whose certificate for '{certificate.skill}' expired at {_when(certificate.expires_at)}"
    return None


def _when(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M %Z}"
