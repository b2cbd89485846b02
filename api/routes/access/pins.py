from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Response

from api.deps import STATION_HEADER, MayEditUsers
from api.errors import documented
from api.in_person import InPerson, require_in_person
from api.limits import credentials_limited
from api.routes.access.log_in import LIMITED, at_station, shift
from api.routing import feature
from models.connections.postgres import begin
from models.messages.access import Actor, LoggedIn
from models.messages.credentials import OwnPinDraft, PinDraft, PinLogIn
from models.records.access import own_pin as records
from models.records.access import stations
from models.records.access.log_in import come_in, prove
from models.records.access.own_password import prove_again
from models.records.access.passwords import hash_password
from models.records.access.sessions import Opened

router = feature("access")


@router.put(
    "/auth/pin", summary="Set my PIN", status_code=204, dependencies=[Depends(credentials_limited)],
    responses=documented("forbidden", "password-wrong", "weak-secret", "too-many-tries", "too-many-requests"),
)  # fmt: skip
def put_pin(asked: OwnPinDraft, actor: InPerson) -> None:
    """Set the PIN for stations: four to eight digits, no pattern. Asks for the password; not at a station itself."""
    prove_again(actor, asked.password.get_secret_value())
    _set(actor, actor.user_id, asked)


@router.put(
    "/users/{user_id}/pin", summary="Set another person's PIN", status_code=204,
    responses=documented("weak-secret", "not-found"),
)  # fmt: skip
def put_pin_of(user_id: UUID, asked: PinDraft, actor: MayEditUsers) -> None:
    """Set a person's PIN, for instance of somebody who has no password."""
    require_in_person(actor)
    _set(actor, user_id, asked)


@router.delete(
    "/users/{user_id}/pin", summary="Clear another person's PIN", status_code=204, responses=documented("not-found")
)
def clear_pin_of(user_id: UUID, actor: MayEditUsers) -> None:
    """Take a person's PIN away; they log in at no station before they have a new one."""
    require_in_person(actor)
    with begin(actor.sight) as session:
        records.set_pin(session, actor, user_id, None)


def _set(actor: Actor, user_id: UUID, asked: PinDraft) -> None:
    pin = asked.pin.get_secret_value()
    records.check_pin(pin)
    hashed = hash_password(pin)
    with begin(actor.sight) as session:
        records.set_pin(session, actor, user_id, hashed)


@router.post(
    "/auth/pin", summary="Log in at a station", dependencies=LIMITED,
    responses=documented("station-unknown", "log-in-refused", "too-many-tries", "too-many-requests"),
)  # fmt: skip
def log_in_by_pin(
    asked: PinLogIn,
    response: Response,
    token: Annotated[
        str, Header(alias=STATION_HEADER, max_length=300, description="The station's token, sent with each request")
    ] = "",
) -> LoggedIn:
    """Begin a session at a station, for one shift; it ends whoever was logged in there before.

    The access token lasts as long as the session, and opens nothing without the station's own token.
    """
    response.headers["Cache-Control"] = "no-store"
    return at_station(step_up(asked, token))


def step_up(asked: PinLogIn, token: str) -> Opened:
    """Open the session of whoever steps up to a station, in place of the one before.

    Raises StationUnknown, LogInRefused, TooManyTries.
    """
    station = stations.known_by(token)
    person = prove(station.tenant_id, asked.username, asked.pin.get_secret_value(), factor="pin")
    with begin(station.tenant_id) as session:
        stations.make_room(session, station)
        return come_in(session, person, kind="station", life=shift(), factor="pin", station_id=station.id)
