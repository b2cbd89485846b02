"""A page being made for one person: `screen.show("orders/list.html", ...)`, or `screen.go("/orders", said=...)`."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import SignedIn
from api.pages.frame.asking import filters_in
from api.pages.frame.assets import assets
from api.pages.frame.environment import environment
from api.pages.frame.formats import Formats, zone
from api.pages.frame.navigation import menu_of, place_of
from api.pages.frame.query import Query
from api.pages.frame.safety import HEADERS
from api.pages.frame.words import accepted, known, locale, spoken, translations
from models.connections.postgres import read
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.base import Message
from models.messages.licensing import LicenceEnd
from models.records.access.viewers import Viewer, viewer
from models.records.licensing import licence_end
from models.rules.access import Permission

Asked = TypeVar("Asked", bound=Message)
THEMES = ("auto", "light", "dark")
THEME_COOKIE, LANGUAGE_COOKIE, SAID_COOKIE = "theme", "language", "said"
_LONGEST_SAID = 600


@dataclass(frozen=True, slots=True)
class Screen:
    """One page for one person, or with no actor for somebody not logged in."""

    request: Request
    actor: Actor | None
    viewer: Viewer | None
    licence_end: LicenceEnd | None = None

    @property
    def language(self) -> str:
        """The language of the page: chosen here, else the person's own, else the browser's, else the factory's.

        On walls and at the door the factory's comes before the browser's, for such screens are nobody's.
        """
        own, factory = (self.viewer.language, self.viewer.factory_language) if self.viewer else (None, None)
        browser = accepted(self.request.headers.get("accept-language", ""))
        wishes = (own, *browser, factory) if self.actor else (factory, *browser)
        return known((self.request.cookies.get(LANGUAGE_COOKIE), *wishes))

    @property
    def formats(self) -> Formats:
        """How this page writes numbers and times."""
        own = self.viewer.time_zone if self.viewer else None
        currency = self.viewer.currency if self.viewer else None
        return Formats(
            locale(self.language), zone(own or "UTC"), translations(self.language), datetime.now(UTC), currency
        )

    def words(self, text: str, **values: object) -> str:
        """Return a text in the page's language, its %(names)s filled in."""
        return translations(self.language).gettext(text) % values

    def translated(self, sentence: str) -> str:
        """Return a sentence that rules or records say, in the page's language."""
        return spoken(sentence, self.language)

    def why(self, fault: Exception) -> str:
        """Return in the page's language what a refusal says; what names no words of its own is said as it stands."""
        first = fault.args[0] if fault.args else ""
        return self.translated(first) if isinstance(first, str) else str(fault)

    def show(self, template: str, status: int = 200, **facts: Any) -> HTMLResponse:  # noqa: ANN401 - what is shown
        """Return the page of a template; what was said on the way here is shown once."""
        said = _read_said(self.request.cookies.get(SAID_COOKIE))
        content = environment(self.language).get_template(template).render(self._frame(said) | facts)
        answer = HTMLResponse(content, status_code=status, headers=HEADERS)
        if said and not self.is_part:
            answer.delete_cookie(SAID_COOKIE)
        return answer

    def go(self, path: str, *, said: str | None = None, kind: str = "good") -> RedirectResponse:
        """Lead to another page after a form; `said` is shown there, `kind` is good, warn or bad."""
        answer = RedirectResponse(path, 303)
        if said is not None:
            note = urlsafe_b64encode(json.dumps([kind, said[:_LONGEST_SAID]]).encode()).decode()
            answer.set_cookie(SAID_COOKIE, note, max_age=60, httponly=True, samesite="lax")
        return answer

    @property
    def is_part(self) -> bool:
        """Tell whether a page that is open asks for a part of itself."""
        return _asks_for_part(self.request)

    def may(self, permission: str) -> bool:
        """Tell whether the person holds a permission, by its wire name."""
        return self.actor is not None and self.actor.may(Permission(permission))

    def came_from(self, model: type[Asked]) -> Asked | None:
        """Return the filters of the list this page was opened from; None where it was not, or they make no sense."""
        query = self.request.query_params.get("in")
        return None if query is None else filters_in(model, query)

    @property
    def _mark(self) -> str:
        """The address of the factory's logo, else of our own sign."""
        if self.viewer is None or self.viewer.logo_hash is None:
            return assets().url("favicon.svg")
        return f"/api/v1/brands/{self.viewer.tenant_id}/logo/{self.viewer.logo_hash}"

    @property
    def _colours(self) -> str | None:
        """The address of the factory's own colours, where it has chosen one."""
        accent = self.viewer.accent if self.viewer else None
        return f"/api/v1/colours/{accent.removeprefix('#')}.css" if accent else None

    def _frame(self, said: tuple[str, str] | None) -> dict[str, Any]:
        formats, theme = self.formats, self.request.cookies.get(THEME_COOKIE)
        follows = self.may(Permission.WORK_ORDERS_READ)
        return {
            "actor": self.actor,
            "current": place_of(self.request.url.path),
            "brand_mark": self._mark,
            "brand_colours": self._colours,
            "factory": self.viewer.factory if self.viewer else "FactoryOS",
            "formats": formats,
            "language": self.language,
            "licence_end": self.licence_end,
            "may": self.may,
            "menu": tuple(menu_of(self.actor)) if self.actor else (),
            "mode": settings().factoryos_mode,
            "now": formats.now,
            "path": self.request.url.path,
            "query": Query(self.request),
            "said": said,
            "stream": "/api/v1/live" if follows else "",
            "unread": self.viewer.unread if self.viewer else 0,
            "theme": theme if theme in THEMES else THEMES[0],
            "here": _address(self.request),
        }


def _asks_for_part(request: Request) -> bool:
    return "hx-request" in request.headers


def _address(request: Request) -> str:
    """Return where the person is, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _read_said(cookie: str | None) -> tuple[str, str] | None:
    """Return what the last form had to say; None for nothing, or nothing of ours."""
    try:
        kind, text = json.loads(urlsafe_b64decode(cookie or ""))
    except ValueError:
        return None
    return (kind, text) if kind in {"good", "warn", "bad"} and isinstance(text, str) else None


def screen_of(request: Request, actor: SignedIn) -> Screen:
    """Return the page for who asks."""
    tells_of_licence = actor.may(Permission.SETTINGS_EDIT) and not _asks_for_part(request)  # the frame does
    with read(actor.tenant_id) as session:
        seen = viewer(session, actor.tenant_id, actor.user_id)
        ending = licence_end(session) if tells_of_licence else None
    made = Screen(request, actor, seen, ending)
    request.state.screen = made  # so that a refusal is shown in the same frame
    return made


def open_screen(request: Request, tenant_id: UUID | None) -> Screen:
    """Return a page for somebody not logged in, at the door of a factory or of none."""
    if tenant_id is None:
        return Screen(request, None, None)
    with read(tenant_id) as session:
        return Screen(request, None, viewer(session, tenant_id, None))


TheScreen = Annotated[Screen, Depends(screen_of)]
