"""How each kind of notification is said, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.pages.frame.refusals import refusal_words
from api.pages.frame.screen import Screen
from api.pages.frame.words import marked, translations
from api.pages.search.places import is_page
from models.messages.notifications import NotificationView
from models.rules.commands import Refusal, RefusalKind
from models.rules.notifications import NotificationKind


@dataclass(frozen=True, slots=True)
class Said:
    """One kind in words: `text` is filled from the notification's data, `paths` are tried in order."""

    kind: str
    icon: str
    title: str
    text: str
    paths: tuple[str, ...]


_K = NotificationKind
_SAID: Mapping[NotificationKind, Said] = {
    _K.LATE: Said("bad", "alert-triangle", marked("%(code)s is late"),
                  marked("Its foremost step: %(step)s"), ("/jobs/{subject_id}",)),
    _K.AT_RISK: Said("warn", "clock-exclamation", marked("%(code)s is at risk"),
                     marked("The work left takes longer than the time left. Foremost step: %(step)s"),
                     ("/jobs/{subject_id}",)),
    _K.STOCK_SHORT: Said("warn", "packages", marked("%(code)s is short"),
                         marked("%(name)s: %(on_hand)s of %(needed)s %(uom)s are there"),
                         ("/parts/{subject_id}", "/stock", "/dashboard")),
    _K.REFUSED_LATE: Said("bad", "circle-x", marked("Refused afterwards: %(code)s"), marked("%(detail)s"),
                          ("/exceptions?q={code}",)),
    _K.INVITATION_ACCEPTED: Said("good", "user-check", marked("An invitation was accepted"),
                                 marked("Somebody new has joined as %(role)s."), ("/users",)),
    _K.MAIL_FAILED: Said("bad", "mail", marked("A mail was given up"), marked("%(letter)s: %(failure)s"), ("/health",)),
    _K.WEBHOOK_OFF: Said("bad", "webhook", marked("A webhook was switched off"),
                         marked("%(failures)s calls in a row failed."), ("/webhooks/{subject_id}",)),
    _K.TRAIL_DOUBTED: Said("bad", "shield-lock", marked("The audit trail held entries that nobody wrote"),
                           marked("%(entries)s entries were set aside."), ("/audit",)),
}  # fmt: skip
_REFUSALS = frozenset(kind.value for kind in RefusalKind)
_QUANTITIES = frozenset({"on_hand", "needed"})


class _Filled(dict[str, Any]):
    """What a sentence is filled from; a dash for what is not known."""

    def __missing__(self, key: str) -> str:
        return "—"


@dataclass(frozen=True, slots=True)
class Line:
    """A notification as the page shows it."""

    view: NotificationView
    kind: str
    icon: str
    title: str
    text: str


def line(screen: Screen, view: NotificationView) -> Line:
    """Return a notification in the person's language."""
    said = _SAID[view.kind]
    data = _Filled({name: value for name, value in view.data.items() if value is not None})
    data |= {name: screen.formats.quantity(Decimal(data[name])) for name in _QUANTITIES & data.keys()}
    data |= {"uom": screen.formats.unit(data["uom"])} if "uom" in data else {}
    if (kind := data.get("refusal")) in _REFUSALS:
        data["detail"] = refusal_words(Refusal(kind=RefusalKind(kind), detail=data["detail"]), screen.language)
    title, text = (translations(screen.language).gettext(one) % data for one in (said.title, said.text))
    return Line(view, said.kind, said.icon, title, text)


def path_of(view: NotificationView) -> str:
    """Return where a notification leads; the list itself where there is no such page."""
    data = _Filled(view.data)
    paths = (path.format_map(data) for path in _SAID[view.kind].paths)
    return next((path for path in paths if is_page(path)), "/notifications")
