"""What people do for themselves they do logged in: no program with their key, no shared screen with their PIN."""

from typing import Annotated

from fastapi import Depends

from api.deps import SignedIn
from api.errors import Problem
from models.messages.access import Actor
from models.messages.origin import origin


def is_in_person(actor: Actor) -> bool:
    """Tell whether a request comes from a log-in of one's own."""
    here = origin.get()
    return actor.key_id is None and (here is None or here.station_id is None)


def require_in_person(actor: Actor) -> None:
    """Refuse keys and stations, lest a narrow or shared credential become a log-in of its own. Raises Problem."""
    if not is_in_person(actor):
        raise Problem("forbidden", "Log in yourself for this; an API key or a shared screen may not do it.")


async def in_person(actor: SignedIn) -> Actor:
    """Return who asks, in person; refused before the body is looked at. Raises Problem."""
    require_in_person(actor)
    return actor


InPerson = Annotated[Actor, Depends(in_person)]
