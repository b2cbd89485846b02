"""How a form steers work: one command, sent as the API sends it, and its fate told on the page that follows."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from fastapi import Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api.commands import Wish, send
from api.pages.frame.asking import checked
from api.pages.frame.refusals import refusal_words
from api.pages.frame.screen import Screen
from api.pages.frame.words import marked
from models.messages.access import Actor
from models.messages.commands import CancelWorkOrder, HoldWorkOrder, Outcome, ReleaseWorkOrder
from models.rules.commands import CommandState


class Steering(StrEnum):
    """What a manager may do to a whole order or job."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"


class ActForm(BaseModel):
    """What every form that acts sends. The key was made when it was drawn: pressing its button twice is one act."""

    key: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
    reason: str = Field("", max_length=200)


TheAct = Annotated[ActForm, Form()]
_LATER = marked("Taken. It will be decided as soon as the servers behind this one answer.")


def steered(steering: Steering, reason: str) -> HoldWorkOrder | ReleaseWorkOrder | CancelWorkOrder:
    """Return the command of a steering form. Raises RequestValidationError without the reason it needs."""
    if steering is Steering.HOLD:
        return checked(HoldWorkOrder, {"reason": reason})
    return ReleaseWorkOrder() if steering is Steering.RELEASE else checked(CancelWorkOrder, {"reason": reason})


async def carry_out(screen: Screen, actor: Actor, wish: Wish, back: str, done: str) -> RedirectResponse:
    """Send one command and lead back; `done` is what to say where it was applied, in the page's language."""
    (outcome,) = await send(screen.request.app.state.temporal, actor, [wish])
    return told(screen, [outcome], back, done)


def told(screen: Screen, outcomes: Sequence[Outcome], back: str, done: str) -> RedirectResponse:
    """Lead back and tell what became of some commands: the first refusal, else whether any still waits."""
    refusal = next((outcome.refusal for outcome in outcomes if outcome.refusal is not None), None)
    if refusal is not None:
        return screen.go(back, said=refusal_words(refusal, screen.language), kind="bad")
    if any(outcome.state is CommandState.PENDING for outcome in outcomes):
        return screen.go(back, said=screen.words(_LATER), kind="warn")
    return screen.go(back, said=done)
