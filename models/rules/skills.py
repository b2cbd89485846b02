"""Whether somebody's certificates allow a piece of work at the time it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.rules.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person has of one skill: certified from when until when; neither where they have nothing."""

    skill: str
    certified_at: datetime | None
    expires_at: datetime | None


def shortfall(certificates: Iterable[Certificate], at: datetime) -> Sentence | None:
    """Return what is lacking at an instant, as the end of a sentence about the person; None where nothing is.

    A certificate holds from the instant it was given up to, and not including, the one at which it expires.
    """
    for certificate in certificates:
        skill = certificate.skill
        if certificate.certified_at is None:
            return Sentence("without the skill '{skill}'", skill=skill)
        if at < certificate.certified_at:
            since = _when(certificate.certified_at)
            return Sentence("certified for '{skill}' only from {time} on", skill=skill, time=since)
        if certificate.expires_at is not None and at >= certificate.expires_at:
            until = _when(certificate.expires_at)
            return Sentence("whose certificate for '{skill}' expired at {time}", skill=skill, time=until)
    return None


def _when(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M %Z}"
