"""Every page the product has, found in its routes, with a real address for each: links are followed as people do."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from fastapi.routing import APIRoute

from api.deps import declared_access
from api.pages.all import PAGES
from models.rules.access import Permission

# Who looks at a page: whose daily screen it is, else the administrator, who may see all.
_AT_THE_STATION = Permission.WORK_ORDERS_WORK.value
_PARAMETER = re.compile(r"\{[^}]+\}")
# Lists are entered where the liveliest things are; without such a thing the whole list is.
_LIVELY = ("/jobs?status=IN_PROGRESS", "/orders?status=IN_PROGRESS", "/work-orders?state=IN_PROGRESS")
_FOLLOWED = 400
# Asks for a page as somebody; None where there is none for them.
Seer = Callable[[str], str | None]
# What nothing links to, and what stands for it: an invitation that is over is a page, too.
_STAND_INS = {"token": "none.none.none"}


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its route's path and the permissions it asks for, empty for a page of the door."""

    path: str
    needs: frozenset[str]

    @property
    def is_public(self) -> bool:
        """Tell whether it is for people who are not logged in."""
        return self.needs == {"PUBLIC"}

    @property
    def is_the_operators(self) -> bool:
        """Tell whether the people at the machines work on it."""
        return _AT_THE_STATION in self.needs

    @property
    def name(self) -> str:
        """Return a file name for it: /orders/{order_id} is orders-order_id."""
        return re.sub(r"[^a-z0-9_.]+", "-", self.path.lower()).strip("-") or "home"

    def leads(self, address: str) -> bool:
        """Tell whether an address is one of this page's."""
        return re.fullmatch(_PARAMETER.sub("[^/?#]+", self.path), address) is not None


def places() -> list[Place]:
    """Return every page that is read, in the order of the routes; built files are none."""
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
    read = [route for route in routes if "GET" in (route.methods or ()) and not route.path.startswith("/static/")]
    return [Place(route.path, declared_access(route)) for route in read]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for name, value in attrs if value and ((name == "href" and tag == "a") or name == "hx-get")
        ]


def links_of(page: str) -> list[str]:
    """Return the addresses a page leads to or asks for, as written in it."""
    links = _Links()
    links.feed(page)
    return links.found


def addresses(seers: Iterable[Seer], wanted: Iterable[Place]) -> Mapping[Place, str]:
    """Return an address for each page that links lead to; what none leads to is left out."""
    fixed = [place for place in wanted if "{" not in place.path]
    found = {place: place.path for place in fixed}
    open_ends = {place for place in wanted if "{" in place.path}
    for seer in seers:
        for address in _walked(seer, [*_LIVELY, *(place.path for place in fixed)]):
            for place in tuple(open_ends):
                if place.leads(address) and not any(other.path == address for other in fixed):
                    found[place] = address
                    open_ends.discard(place)
    for place in open_ends:
        if set(re.findall(r"\{(\w+)[^}]*\}", place.path)) <= _STAND_INS.keys():
            found[place] = place.path.format(**_STAND_INS)
    return found


def _walked(seer: Seer, starts: Iterable[str]) -> Iterator[str]:
    """Yield the addresses that pages link to, breadth first, one page of each kind."""
    waiting, seen, kinds = list(starts), set[str](), dict[str, int]()
    for _ in range(_FOLLOWED):
        if not waiting:
            return
        address = waiting.pop(0)
        page = seer(address)
        if page is None:
            continue
        for link in links_of(page):
            plain = link.partition("#")[0].partition("?")[0]
            if plain.startswith("/") and not plain.startswith("//") and plain not in seen:
                seen.add(plain)
                yield plain
                kind = re.sub(r"/[^/]*\d[^/]*", "/*", plain)
                kinds[kind] = kinds.get(kind, 0) + 1
                # Behind the API's addresses are files, such as whole lists of years, and no links.
                if kinds[kind] == 1 and not plain.startswith("/api/"):
                    waiting.append(plain)
