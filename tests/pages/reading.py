"""Pages as a browser reads them: what they load, and whether any of it is forbidden."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

_TAG = re.compile(r"<[^>]+>")
_LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "form": "action", "use": "href", "a": "href"}


class Reader(HTMLParser):
    """Collects what a page refers to, its text, and what a strict policy forbids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.forbidden: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag
        if _LOADS.get(tag) in given:
            self.addresses.append(given[_LOADS[tag]] or "")
        if tag == "script" and "src" not in given:
            self.forbidden.append("an inline script")
        self.forbidden += [f"{tag} {name}" for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        if "id" in given:
            self.ids.append(given["id"] or "")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own signature
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in {"style", "script"}:
            self.text += data

    @property
    def foreign(self) -> list[str]:
        """Addresses that leave this server."""
        return [address for address in self.addresses if urlsplit(address).netloc]


def words(page: str) -> str:
    """A page's text as one line, cells and blocks apart."""
    return " ".join(unescape(_TAG.sub(" ", page)).split())
