"""The device somebody stands at: a shared station, known by its cookie, or a person's own."""

from dataclasses import dataclass

from fastapi import Request

from api import cookies
from models.connections.postgres import read
from models.messages.access import Actor
from models.records.access import stations
from models.records.access.station_people import StationPerson, people_at
from models.records.refusals import StationUnknown


@dataclass(frozen=True, slots=True)
class Here:
    """A shared station and who steps up to it."""

    station: stations.Known
    people: tuple[StationPerson, ...]


def station_here(request: Request, actor: Actor | None = None) -> Here | None:
    """Return the station this browser is bound to; None on a person's own device, or at another factory's station."""
    token = cookies.station_token(request)
    if not token:
        return None
    try:
        station = stations.known_by(token)
    except StationUnknown:
        return None
    if actor is not None and actor.tenant_id != station.tenant_id:
        return None
    with read(station.tenant_id) as session:
        return Here(station, people_at(session, station.id))
