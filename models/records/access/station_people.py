"""Who steps up to a station: the people who may, those who were there last first."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_PEOPLE = text("""
    SELECT u.id, u.username, u.display_name, max(s.created_at) AS last_here
      FROM users u LEFT JOIN sessions s ON s.user_id = u.id AND s.station_id = :station
     WHERE u.active AND u.kind = 'person' AND u.pin_hash IS NOT NULL
     GROUP BY u.id ORDER BY last_here DESC NULLS LAST, u.display_name, u.id LIMIT :limit
""")
MOST = 60


@dataclass(frozen=True, slots=True)
class StationPerson:
    """Somebody with a PIN."""

    id: UUID
    username: str
    display_name: str


def people_at(session: Session, station_id: UUID) -> tuple[StationPerson, ...]:
    """Return who may log in at a station by PIN, who was there last first; at most `MOST`."""
    rows = session.execute(_PEOPLE, {"station": station_id, "limit": MOST})
    return tuple(StationPerson(row.id, row.username, row.display_name) for row in rows)
