"""Keeping the filters of a list under a name, and deleting them again; back to the list afterwards."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request
from fastapi.responses import RedirectResponse
from pydantic import Field

from api.deps import SignedIn
from api.idempotency import OnceRunner
from api.pages.frame.acting import ActForm
from api.pages.frame.asking import checked
from api.pages.frame.routing import pages
from api.pages.frame.safety import local
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import begin
from models.messages.filters import SavedFilterDraft
from models.records import filters as records
from models.records.refusals import Refusal

router = pages("saved filters")
_KEPT = marked("The filter is kept as “%(name)s”.")
_GONE = marked("The filter “%(name)s” is deleted.")


class SaveForm(ActForm):
    """A filter to keep, and the page to come back to."""

    list: str = Field(max_length=32)
    name: str = Field("", max_length=200)
    query: str = Field("", max_length=2000)
    shared: bool = False
    back: str = Field("/", max_length=3000)


class DropForm(ActForm):
    """A filter to delete, and the page to come back to."""

    back: str = Field("/", max_length=3000)


@router.post("/saved-filters")
def post_saved_filter(
    request: Request, screen: TheScreen, actor: SignedIn, form: Annotated[SaveForm, Form()]
) -> RedirectResponse:
    """Keep a filter and lead back to the list."""
    draft = checked(SavedFilterDraft, form.model_dump(include={"list", "name", "query", "shared"}))
    try:
        OnceRunner(request, actor, form.key)(draft, lambda session: records.save(session, actor, draft), status=201)
    except Refusal as refusal:
        return screen.go(local(form.back) or "/", said=screen.why(refusal), kind="bad")
    return screen.go(local(form.back) or "/", said=screen.words(_KEPT, name=draft.name))


@router.post("/saved-filters/{saved_filter_id}/delete")
def post_delete_saved_filter(
    screen: TheScreen, saved_filter_id: UUID, actor: SignedIn, form: Annotated[DropForm, Form()]
) -> RedirectResponse:
    """Delete a filter of one's own and lead back to the list."""
    try:
        with begin(actor.sight) as session:
            gone = records.drop(session, actor, saved_filter_id)
    except Refusal as refusal:
        return screen.go(local(form.back) or "/", said=screen.why(refusal), kind="bad")
    return screen.go(local(form.back) or "/", said=screen.words(_GONE, name=gone.name))
