"""The licence of an installation, and the seats it gives: counted where somebody comes in, and nowhere else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from models.connections.licence_files import KeyUnusable, LicenceBroken, opened
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.licensing import Licence, LicenceDraft, LicenceEnd, LicenceView
from models.records import audit
from models.records.refusals import LicenceRefused, NoSeatLeft
from models.rules.licensing import Standing, allowed_seats, days_left, has_room, standing
from models.rules.sentences import Sentence
from models.tables.base import utc_now
from models.tables.licensing import LicenceFile

# Whoever comes in waits for those who come in at the same moment: the last seat is given once.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('seats:' || CAST(:tenant AS text), 0))")
_TAKEN = text("SELECT count(*) FROM users WHERE active AND kind = 'person'")


def licence(session: Session, tenant_id: UUID) -> LicenceView:
    """Return how it stands with an installation's licence and its seats."""
    row, found = _installed(session)
    now = utc_now()
    stands = _standing(found, now)
    return LicenceView(
        standing=stands, installation=tenant_id, seats_used=_taken(session),
        seats_allowed=allowed_seats(stands, found.seats if found else None),
        days_left=days_left(found.expires_at, now) if found else None, licence=found,
        installed_at=row.installed_at if row else None, unreadable=row is not None and found is None,
    )  # fmt: skip


def licence_end(session: Session) -> LicenceEnd | None:
    """Return when the licence ends, where that is soon or past; None where nobody must see to it."""
    _, found = _installed(session)
    now = utc_now()
    stands = _standing(found, now)
    if found is None or stands not in {Standing.ENDING, Standing.ENDED}:
        return None
    return LicenceEnd(standing=stands, expires_at=found.expires_at, days_left=days_left(found.expires_at, now))


def install_licence(session: Session, actor: Actor, draft: LicenceDraft) -> LicenceView:
    """Put a licence in force in place of the one before; the same one again changes nothing. Raises LicenceRefused."""
    found = _acceptable(draft.licence, actor.tenant_id)
    session.execute(_ONE_AT_A_TIME, {"tenant": actor.tenant_id})
    _, before = _installed(session)
    if found != before:
        content = "".join(draft.licence.split())
        row = LicenceFile(tenant_id=actor.tenant_id, text=content, installed_by=actor.user_id)
        session.add(row)
        session.flush()
        audit.record(
            session, tenant_id=actor.tenant_id, action="licence:installed", module="licensing",
            actor_id=actor.user_id, subject_id=row.id, before=before.model_dump(mode="json") if before else None,
            after=found.model_dump(mode="json"),
        )  # fmt: skip
    return licence(session, actor.tenant_id)


def take_seat(session: Session, tenant_id: UUID) -> None:
    """Make sure that one more person may come in, until the transaction ends. Raises NoSeatLeft."""
    if settings().factoryos_mode == "saas":
        return
    session.execute(_ONE_AT_A_TIME, {"tenant": tenant_id})
    _, found = _installed(session)
    allowed = allowed_seats(_standing(found, utc_now()), found.seats if found else None)
    used = _taken(session)
    if allowed is not None and not has_room(used, allowed):
        raise NoSeatLeft(used, allowed)


def _acceptable(content: str, installation: UUID) -> Licence:
    try:
        found = opened(content)
    except LicenceBroken as broken:
        raise LicenceRefused(broken.fault.value, broken.args[0]) from broken
    except KeyUnusable as unusable:
        raise LicenceRefused("no-public-key", unusable.args[0]) from unusable
    if found.expires_at <= utc_now():
        raise LicenceRefused(
            "ended",
            Sentence("This licence ended on {day}; ask the vendor to renew it.", day=f"{found.expires_at:%Y-%m-%d}"),
        )
    if found.installation is not None and found.installation != installation:
        raise LicenceRefused(
            "another-installation",
            Sentence(
                "This licence was made for another installation; this one is {installation}. Tell that to the vendor.",
                installation=installation,
            ),
        )
    return found


def _installed(session: Session) -> tuple[LicenceFile | None, Licence | None]:
    """Return the newest file and what it says: nothing where the key of this installation does not prove it."""
    row = session.scalars(select(LicenceFile).order_by(col(LicenceFile.id).desc()).limit(1)).first()
    if row is None:
        return None, None
    try:
        found = opened(row.text)
    except (LicenceBroken, KeyUnusable):
        return row, None
    return row, found if found.installation in {None, row.tenant_id} else None


def _standing(found: Licence | None, now: datetime) -> Standing:
    return standing(found.expires_at if found else None, now, many_factories=settings().factoryos_mode == "saas")


def _taken(session: Session) -> int:
    return int(session.execute(_TAKEN).scalar_one())
