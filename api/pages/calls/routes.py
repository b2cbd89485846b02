"""Managers answer calls for help where they see them: on the dashboard."""

from uuid import UUID

from fastapi.responses import RedirectResponse

from api.deps import MayControlWorkOrders
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import begin
from models.records.calls import answer_call, close_call
from models.records.refusals import Conflict

router = pages("calls")
_COMING = marked("%(name)s sees that you are coming (%(work)s).")
_OVER = marked("The call is over.")


@router.post("/calls/{call_id}/answer")
def post_answer(screen: TheScreen, call_id: UUID, actor: MayControlWorkOrders) -> RedirectResponse:
    """Say that one comes."""
    try:
        with begin(actor.sight) as session:
            call = answer_call(session, actor, call_id)
    except Conflict as refusal:
        return screen.go("/dashboard", said=screen.why(refusal), kind="warn")
    return screen.go("/dashboard", said=screen.words(_COMING, name=call.raised_by, work=call.work))


@router.post("/calls/{call_id}/close")
def post_close(screen: TheScreen, call_id: UUID, actor: MayControlWorkOrders) -> RedirectResponse:
    """Say that it is over."""
    with begin(actor.sight) as session:
        close_call(session, actor, call_id)
    return screen.go("/dashboard", said=screen.words(_OVER))
