"""One act on many rows of a list: which ones a form means, and the page that tells what became of each."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Form
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.pages.frame.acting import ActForm
from api.pages.frame.asking import filters_in
from api.pages.frame.screen import Screen
from models.messages.bulk import MOST_AT_ONCE, BulkResult
from models.messages.paging import PageRequest
from models.rules.work_orders import Action

Asked = TypeVar("Asked", bound=PageRequest)
_WITH_REASON = frozenset({Action.HOLD.value, Action.CANCEL.value, Action.SKIP.value, "prioritise"})


class BulkForm(ActForm):
    """What is asked of some rows: those ticked, or with `whole` all that the list's address finds, up to the most."""

    action: str = Field(max_length=16)
    chosen: list[UUID] = Field(default_factory=list, max_length=MOST_AT_ONCE)
    whole: bool = False
    query: str = Field("", max_length=2000)
    to: str = Field("", max_length=60)
    priority: str = Field("", max_length=2)

    def asked(self) -> dict[str, Any]:
        """Return what is asked of each, in the words of its command."""
        asked: dict[str, Any] = {"action": self.action}
        if self.action in _WITH_REASON:
            asked["reason"] = self.reason
        if self.action == "prioritise":
            asked["priority"] = self.priority
        kind, _, identity = self.to.partition(":")
        if self.action == Action.ASSIGN and identity:
            asked["user_id" if kind == "person" else "team_id"] = identity
        return asked


TheBulk = Annotated[BulkForm, Form()]


def meant(form: BulkForm, model: type[Asked], find: Callable[[Asked], Sequence[UUID]]) -> list[UUID]:
    """Return the rows a form means. Raises RequestValidationError for an address that makes no sense."""
    if not form.whole:
        return form.chosen
    filters = filters_in(model, form.query)
    if filters is None:
        raise RequestValidationError(
            [{"loc": ("body", "query"), "msg": "These filters make no sense.", "type": "value"}]
        )
    return list(find(filters.model_copy(update={"limit": MOST_AT_ONCE})))


def told_of_each(screen: Screen, results: Sequence[BulkResult], base: str, title: str, query: str) -> HTMLResponse:
    """Show what became of each, the refused ones first, with the way back to the list as it was."""
    back = f"{base}?{query}" if query else base
    return screen.show("frame/bulk_results.html", results=results, base=base, title=title, back=back)
