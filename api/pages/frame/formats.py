"""How pages write numbers, money and times: in the person's language and time zone, figures always exact."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal
from markupsafe import Markup

from models.rules.units import UNITS

_HOUR = 60


def zone(name: str) -> ZoneInfo:
    """Return a time zone; UTC where its name is not known on this machine."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


# Languages that write a day as an ordinal: "Mo., 16. Nov." and not "Mo. 16 Nov."
_ORDINAL = frozenset({"de"})


# A list shows the same few days again and again, and Babel takes its time for each.
@lru_cache(maxsize=2_000)
def _day(day: date, pattern: str, locale: Locale) -> str:
    if locale.language in _ORDINAL:
        pattern = pattern.replace("EEE ", "EEE, ").replace("d ", "d. ")
    return str(format_date(day, pattern, locale=locale))


@dataclass(frozen=True, slots=True)
class Formats:
    """The filters of one page: for one person, at one instant."""

    locale: Locale
    zone: ZoneInfo
    words: NullTranslations
    now: datetime
    currency: str | None = None

    def quantity(self, number: Decimal | int) -> str:
        """Return a quantity, up to six places and never rounded."""
        return str(format_decimal(number, format="#,##0.######", locale=self.locale))

    def unit(self, code: str | None) -> str:
        """Return a unit of measure as people read it: a word of their language for what is counted, else its sign."""
        known = UNITS.get(code or "")
        return self.words.gettext(known.code) if known and known.counted else code or ""

    def unit_choice(self, code: str) -> str:
        """Return a unit as a form offers it: in people's words, with the code that files and programs know."""
        words = self.unit(code)
        return words if words == code else f"{words} ({code})"

    def money(self, number: Decimal, currency: str | None = None) -> str:
        """Return an amount to the cent, in the currency given, else the factory's, where it has named one."""
        amount = str(format_decimal(number, format="#,##0.00", locale=self.locale))
        named = currency or self.currency
        return f"{amount}\N{NO-BREAK SPACE}{named}" if named else amount

    def priced(self, label: str) -> str:
        """Return what a field for an amount is called, with the factory's currency where it has named one."""
        return f"{label} ({self.currency})" if self.currency else label

    def percent(self, part: Decimal | int, whole: Decimal | int) -> str:
        """Return a share in whole percent; a dash of nothing."""
        return f"{round(100 * part / whole)} %" if whole else "—"

    def minutes(self, number: Decimal) -> str:
        """Return minutes as people say them: 45 min, 2 h 05 min."""
        whole = round(number)
        if whole < 2 * _HOUR:
            return f"{whole} min"
        return f"{whole // _HOUR} h {whole % _HOUR:02} min"

    def instant(self, at: datetime | None) -> Markup:
        """Return day and time of day; the whole instant stands in the element."""
        if at is None:
            return Markup("—")
        local = at.astimezone(self.zone)
        return self._time(at, f"{_day(local.date(), self._this_year(local, 'd MMM'), self.locale)}, {local:%H:%M}")

    def field_instant(self, at: datetime) -> str:
        """Return day and time as a form's field holds them, in the person's zone."""
        return f"{at.astimezone(self.zone):%Y-%m-%dT%H:%M}"

    def day(self, at: datetime | None) -> Markup:
        """Return the day, with its year only where it is another one."""
        if at is None:
            return Markup("—")
        local = at.astimezone(self.zone)
        return self._time(at, _day(local.date(), self._this_year(local, "EEE d MMM"), self.locale))

    def date_field(self, at: datetime) -> str:
        """Return the day as a field for days has it."""
        return f"{at.astimezone(self.zone):%Y-%m-%d}"

    def clock(self, at: datetime) -> str:
        """Return the time of day to the second."""
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def ago(self, at: datetime | None) -> Markup:
        """Return how long ago something was, or in how long it will be."""
        if at is None:
            return Markup("—")
        words = format_timedelta(at - self.now, add_direction=True, locale=self.locale)
        return self._time(at, str(words))

    def lasting(self, since: datetime | None) -> str:
        """Return how long something has lasted."""
        return "—" if since is None else str(format_timedelta(self.now - since, locale=self.locale))

    def plain(self, number: Decimal) -> str:
        """Return a number as programs read it, for fields and scripts."""
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text

    def _time(self, at: datetime, words: str) -> Markup:
        local = at.astimezone(self.zone)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            local.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M:%S %Z}", words
        )

    def _this_year(self, local: datetime, pattern: str) -> str:
        """Return how to write a day: as the pattern has it in this year, with the year in any other."""
        return pattern if local.year == self.now.astimezone(self.zone).year else "d MMM y"
