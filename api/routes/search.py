from typing import Annotated

from fastapi import Query

from api.deps import SignedIn
from api.routing import feature
from models.connections.postgres import read
from models.messages.search import SearchRequest, SearchResults
from models.records.search import search

router = feature("search", "/search")


@router.get("", summary="Search everything")
def find(actor: SignedIn, asked: Annotated[SearchRequest, Query()]) -> SearchResults:
    """Return orders, jobs, work orders, products, parts, templates, suppliers and people that fit and may be seen."""
    with read(actor.sight) as session:
        return search(session, actor, asked)
