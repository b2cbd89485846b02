from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.deps import SignedIn
from api.errors import documented
from api.idempotency import Once
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.filters import SavedFilterDraft, SavedFilters, SavedFilterView
from models.records import filters as records
from models.rules.filters import FilteredList

router = feature("saved filters", "/saved-filters")


@router.get("", summary="List saved filters")
def list_saved_filters(
    actor: SignedIn, of: Annotated[FilteredList, Query(alias="list", description="Which list they are for")]
) -> SavedFilters:
    """Return one's own filters of a list and, for those who see the whole list, the shared ones."""
    with read(actor.sight) as session:
        return SavedFilters(items=records.saved(session, actor, of))


@router.post(
    "", status_code=201, summary="Save a filter", response_model=SavedFilterView,
    responses=documented("conflict", "idempotency-key-missing", "idempotency-key-reused"),
)  # fmt: skip
def save_filter(draft: SavedFilterDraft, actor: SignedIn, once: Once) -> Response:
    """Keep a filter under a name; one's own of the same name is replaced."""
    return once(draft, lambda session: records.save(session, actor, draft), status=201, location="/saved-filters")


@router.delete("/{saved_filter_id}", status_code=204, summary="Delete a filter", responses=documented("not-found"))
def delete_saved_filter(saved_filter_id: UUID, actor: SignedIn) -> None:
    """Delete a filter of one's own."""
    with begin(actor.sight) as session:
        records.drop(session, actor, saved_filter_id)
