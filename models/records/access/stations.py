"""Stations: devices known by a token, at which people log in by PIN, one at a time."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, text
from sqlmodel import Session, col

from models.connections.postgres import read
from models.connections.secrets import digest, same
from models.messages.access import Actor
from models.messages.paging import Page
from models.messages.stations import StationDraft, StationFilters, StationView, StationWithToken
from models.records import audit
from models.records.access.addressed import address_of, new_token
from models.records.paging import Listing, page
from models.records.refusals import Conflict, StationUnknown, Taken, Unfit, found
from models.records.versioned import change, lock, tell
from models.rules.sentences import Sentence
from models.tables.access.credentials import Station
from models.tables.base import utc_now
from models.tables.catalog import WorkCenter
from models.tables.tenants import Tenant

_WHAT, _MODULE = "station", "access"
_LISTING = Listing(
    "stations", Station.id,
    sorts={"code": Station.code, "name": Station.name, "created_at": Station.created_at},
    search=(Station.code, Station.name),
)  # fmt: skip
_END_SESSIONS = text("""
    UPDATE sessions SET ended_at = now(), ended_reason = :reason WHERE station_id = :station AND ended_at IS NULL
""")


# Who was here lately and can come again by PIN.


@dataclass(frozen=True, slots=True)
class Known:
    """A station that showed its token."""

    tenant_id: UUID
    id: UUID
    code: str = ""
    name: str = ""
    work_center: str | None = None


def _view(row: Station, work_center: str | None) -> StationView:
    stored = row.model_dump(exclude={"tenant_id", "token_hash", "work_center_id"})
    return StationView.model_validate({**stored, "work_center": work_center})


def _work_center_of(session: Session, row: Station) -> str | None:
    return session.get_one(WorkCenter, row.work_center_id).code if row.work_center_id else None


def stations(session: Session, filters: StationFilters) -> Page[StationView]:
    """Return one page of stations."""
    statement: Select[*tuple[Any, ...]] = select(Station, col(WorkCenter.code).label("work_center")).outerjoin(
        WorkCenter, col(WorkCenter.id) == col(Station.work_center_id)
    )
    if filters.active is not None:
        statement = statement.where(col(Station.active) == filters.active)

    def shown(row: Row[Any]) -> StationView:
        return _view(row.Station, row.work_center)

    return page(session, statement, _LISTING, filters, shown)


def station(session: Session, identity: UUID) -> StationView:
    """Return one station. Raises Missing."""
    row = found(_WHAT, identity, session.get(Station, identity))
    return _view(row, _work_center_of(session, row))


def create_station(session: Session, actor: Actor, draft: StationDraft) -> StationWithToken:
    """Add a station; its token is shown now and never again. Raises Taken and Unfit."""
    if session.scalars(select(col(Station.id)).where(col(Station.code) == draft.code)).first():
        raise Taken(_WHAT, draft.code)
    row = Station(tenant_id=actor.tenant_id, token_hash="", **_columns(session, draft))
    token = new_token(actor.tenant_id, row.id)
    row.token_hash = digest(token)
    session.add(row)
    session.flush()
    after = _view(row, draft.work_center)
    tell(session, actor, "stations:created", row.id, module=_MODULE, after=after)
    return StationWithToken(**dict(after), token=token)


def _columns(session: Session, draft: StationDraft) -> dict[str, Any]:
    columns = draft.model_dump(exclude={"work_center"})
    if draft.work_center is None:
        return {**columns, "work_center_id": None}
    place = session.scalars(select(col(WorkCenter.id)).where(col(WorkCenter.code) == draft.work_center)).first()
    if place is None:
        raise Unfit(Sentence("There is no work centre '{work_center}'.", work_center=draft.work_center), "/work_center")
    return {**columns, "work_center_id": place}


def change_station(session: Session, actor: Actor, identity: UUID, draft: StationDraft, expected: int) -> StationView:
    """Replace a station's fields. Raises Missing, Stale, Unfit, and Conflict for another code."""
    row = lock(session, Station, _WHAT, identity, expected)
    if draft.code != row.code:
        raise Conflict("A station keeps its code for ever; add a new station instead.")
    return _changed(session, actor, row, _columns(session, draft), "updated")


def deactivate_station(session: Session, actor: Actor, identity: UUID, expected: int) -> StationView:
    """Take a station out of use, and end who is logged in there. Raises Missing and Stale."""
    row = lock(session, Station, _WHAT, identity, expected)
    return _changed(session, actor, row, {"active": False}, "deactivated")


def _changed(session: Session, actor: Actor, row: Station, values: dict[str, Any], verb: str) -> StationView:
    before = _view(row, _work_center_of(session, row))
    if change(session, row, values):
        after = _view(row, _work_center_of(session, row))
        tell(session, actor, f"stations:{verb}", row.id, module=_MODULE, before=before, after=after)
    if not row.active:
        end_sessions(session, row.id, "station closed")
    return _view(row, _work_center_of(session, row))


def rotate_token(session: Session, actor: Actor, identity: UUID, expected: int) -> StationWithToken:
    """Give a station a new token; the old one and who is logged in with it end at once. Raises Missing and Stale."""
    row = lock(session, Station, _WHAT, identity, expected)
    token = new_token(actor.tenant_id, row.id)
    change(session, row, {"token_hash": digest(token)})
    end_sessions(session, row.id, "token renewed")
    audit.record(
        session, tenant_id=actor.tenant_id, action="stations:token_renewed", module=_MODULE, actor_id=actor.user_id,
        subject_id=row.id,
    )  # fmt: skip
    return StationWithToken(**dict(_view(row, _work_center_of(session, row))), token=token)


def known_by(token: str) -> Known:
    """Return the station in use whose token this is. Raises StationUnknown."""
    address = address_of(token)
    if address is None:
        raise StationUnknown
    tenant_id, identity = address
    with read(tenant_id) as session:
        row = session.get(Station, identity)
        if row is None or not row.active or not same(digest(token), row.token_hash):
            raise StationUnknown
        if not session.get_one(Tenant, tenant_id).active:
            raise StationUnknown
        return Known(tenant_id, identity, row.code, row.name, _work_center_of(session, row))


def make_room(session: Session, known: Known) -> None:
    """End who is logged in at a station, for the next one; two who come at once follow each other.

    Raises StationUnknown where it was taken out of use meanwhile.
    """
    row = session.get(Station, known.id, with_for_update=True)
    if row is None or not row.active:
        raise StationUnknown
    row.last_seen_at = utc_now()
    end_sessions(session, known.id, "another person")


def end_sessions(session: Session, station_id: UUID, reason: str) -> None:
    """End whoever is logged in at a station."""
    session.execute(_END_SESSIONS, {"station": station_id, "reason": reason})
