"""What the pages in front of the door share: a frame for somebody unknown, and why a form comes back."""

from dataclasses import dataclass

from fastapi import Depends, Request
from pydantic import ValidationError

from api.cookies import check_sender
from api.pages.frame.screen import Screen, open_screen
from api.pages.frame.words import marked
from api.routes.access.log_in import LIMITED, factory_of
from models.connections.settings import settings

# A form at the door counts as a try, and comes from a page of ours: nobody is logged in by another site.
FORM = [*LIMITED, Depends(check_sender)]

_CORRECT = marked("Please correct the marked fields.")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a form comes back: the answer's status, one sentence, and the fields it speaks of."""

    status: int
    why: str
    wrong: frozenset[str]


NONE_YET = Mistake(200, "", frozenset())


def at_door(request: Request) -> Screen:
    """Return a page for somebody unknown, at the factory whose address was called; no form is asked for its name."""
    return open_screen(request, factory_of(request, None))


def asks_factory(screen: Screen) -> bool:
    """Tell whether a form must ask which factory is meant: where there are many, and the address names none."""
    return settings().factoryos_mode == "saas" and screen.viewer is None


def mistake(why: str, *wrong: str, status: int = 422) -> Mistake:
    """Return what some fields are to be corrected for."""
    return Mistake(status, why, frozenset(wrong))


def not_as_described(fault: ValidationError) -> Mistake:
    """Return the mistake of fields that a message cannot be made of."""
    return mistake(_CORRECT, *(str(one["loc"][0]) for one in fault.errors(include_input=False) if one["loc"]))
