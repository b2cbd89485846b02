"""The search over everything: its menu as a part that is asked for while somebody types, and as a page of its own."""

from itertools import groupby
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Response

from api.deps import SignedIn
from api.pages.frame.asking import filters_of
from api.pages.frame.routing import pages
from api.pages.frame.safety import local
from api.pages.frame.screen import TheScreen
from api.pages.search.commands import commands
from api.pages.search.places import Hit, hit, is_page
from models.connections.postgres import read
from models.messages.search import SearchRequest
from models.records.search import search
from models.rules.search import scanned_path

router = pages("search")
_ON_PAGE = 25
Asked = Annotated[SearchRequest, Depends(filters_of(SearchRequest))]


@router.get("/search")
def get_search(screen: TheScreen, actor: SignedIn, asked: Asked) -> Response:
    """Lead straight to what was scanned or named by its whole code; else show everything that fits."""
    scanned = local(scanned_path(asked.q))
    if scanned is not None and is_page(urlsplit(scanned).path):
        return screen.go(scanned)
    hits = _hits(actor, asked.model_copy(update={"each": _ON_PAGE}))
    exact = [one.path for one in hits if one.found.exact and one.path]
    if len(exact) == 1 and exact[0]:
        return screen.go(exact[0])
    return screen.show("search/page.html", asked=asked, groups=_grouped(hits), commands=())


@router.get("/search/found")
def get_found(screen: TheScreen, actor: SignedIn, asked: Asked) -> Response:
    """Show the menu's lines for what is typed so far."""
    hits = _hits(actor, asked)
    return screen.show(
        "search/found.html", asked=asked, groups=_grouped(hits), commands=commands(screen, actor, asked.q)
    )


def _hits(actor: SignedIn, asked: SearchRequest) -> list[Hit]:
    with read(actor.sight) as session:
        found = search(session, actor, asked)
    return [hit(one) for one in found.items]


def _grouped(hits: list[Hit]) -> list[tuple[str, list[Hit]]]:
    """Return hits under their headings; exact ones may bring theirs to the front."""
    return [(title, list(some)) for title, some in groupby(hits, key=lambda one: one.kind.title)]
