"""What people choose of: the languages of the pages, and the time zones of the world."""

from functools import lru_cache
from zoneinfo import available_timezones

from api.pages.frame.words import LANGUAGES

_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@lru_cache(maxsize=1)
def _every_zone() -> tuple[tuple[str, str], ...]:
    places = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    return tuple((name, name.replace("_", " ")) for name in ("UTC", *places))


def time_zones(present: str | None) -> tuple[tuple[str, str], ...]:
    """Return the zones to choose of and what they are called; the present one is always among them."""
    return _among(_every_zone(), present)


def languages(present: str | None) -> tuple[tuple[str, str], ...]:
    """Return the languages to choose of and what they call themselves; the present one is always among them."""
    return _among(tuple(LANGUAGES.items()), present)


def _among(choices: tuple[tuple[str, str], ...], present: str | None) -> tuple[tuple[str, str], ...]:
    known = not present or any(present == value for value, _ in choices)
    return choices if known else (*choices, (str(present), str(present)))
