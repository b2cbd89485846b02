"""Who work can be given to, and who can be put into a team or certified."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.rules.access import Permission, held, may

_PEOPLE = text("""
    SELECT u.id, u.display_name, u.role, r.permissions FROM users u LEFT JOIN roles r ON r.name = u.role AND r.active
     WHERE u.active AND u.kind = 'person' ORDER BY u.display_name, u.id
""")
_EVERYBODY = text(
    "SELECT id, display_name, username FROM users WHERE active AND kind = 'person' ORDER BY display_name, id"
)
_TEAMS = text("SELECT id, name FROM teams WHERE active ORDER BY name, id")


@dataclass(frozen=True, slots=True)
class Worker:
    """A person or a team."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Colleague(Worker):
    """A person, by name and user name."""

    username: str


def people_who_work(session: Session) -> tuple[Worker, ...]:
    """Return the active people whose role lets them start work, by name."""
    return tuple(
        Worker(row.id, row.display_name)
        for row in session.execute(_PEOPLE)
        if may(held(row.role, row.permissions), Permission.WORK_ORDERS_START)
    )


def everybody(session: Session) -> tuple[Colleague, ...]:
    """Return the active people, by name."""
    return tuple(Colleague(*row) for row in session.execute(_EVERYBODY))


def teams_that_work(session: Session) -> tuple[Worker, ...]:
    """Return the active teams, by name."""
    return tuple(Worker(row.id, row.name) for row in session.execute(_TEAMS))
