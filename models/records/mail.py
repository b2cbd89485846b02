"""Mail: written into the outbox with the fact it tells of, claimed by a relay, wiped once it is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text
from sqlmodel import Session

from models.messages.mail import Letter, Mail
from models.tables.base import utc_now
from models.tables.jobs import OutboxRow

TOPIC = "mail"
# Who claimed a row and died leaves it to the others after so long.
_LEASE = timedelta(minutes=5)
_LONGEST_FAILURE = 500

_TENANTS = text("SELECT tenants_with_mail()")
_CLAIM = text("""
    UPDATE outbox SET attempts = attempts + 1, next_at = :leased_until WHERE id IN (
        SELECT id FROM outbox WHERE topic = 'mail' AND sent_at IS NULL AND (next_at IS NULL OR next_at <= :now)
         ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING id, key, attempts, data
""")
# What was sent is forgotten: a letter holds codes, links and addresses.
_SENT = text("UPDATE outbox SET sent_at = :now, next_at = NULL, failure = NULL, data = :kept WHERE id = :id")
_LATER = text("UPDATE outbox SET next_at = :next, failure = :failure WHERE id = :id")
_GIVEN_UP = text("""
    UPDATE outbox SET sent_at = :now, given_up = true, next_at = NULL, failure = :failure, data = :kept WHERE id = :id
""")
_GIVE_BACK = text("UPDATE outbox SET attempts = attempts - 1, next_at = NULL WHERE id = ANY(:ids)")
_STATE = text("SELECT waiting, given_up FROM mail_state()")


@dataclass(frozen=True, slots=True)
class Claimed:
    """One mail that this relay alone may send until its lease ends; `key` is the same at every attempt."""

    id: int
    key: str
    attempts: int
    mail: Mail


@dataclass(frozen=True, slots=True)
class MailState:
    """How many mails wait, and how many were given up within a week."""

    waiting: int
    given_up: int


def post(  # noqa: PLR0913 - a mail has this many parts
    session: Session, *, tenant_id: UUID, key: str, to: str, letter: Letter, useful_until: datetime | None = None
) -> None:
    """Put a letter into this transaction; it leaves once the transaction has committed, and once per `key`."""
    mail = Mail(to=to, letter=letter, useful_until=useful_until)
    row = OutboxRow(tenant_id=tenant_id, key=f"mail:{key}", topic=TOPIC, data=mail.model_dump(mode="json"))
    session.add(row)


def tenants_waiting(session: Session) -> list[UUID]:
    """Return the tenants that have mail to send now, whatever tenant the session is bound to."""
    return list(session.execute(_TENANTS).scalars())


def claim(session: Session, limit: int) -> list[Claimed]:
    """Take the oldest mails that are due, each for this relay alone."""
    now = utc_now()
    rows = session.execute(_CLAIM, {"now": now, "leased_until": now + _LEASE, "limit": limit}).all()
    found = [Claimed(row.id, row.key, row.attempts, Mail.model_validate(row.data)) for row in rows]
    return sorted(found, key=lambda each: each.id)


def mark_sent(session: Session, claimed: Claimed) -> None:
    """Note that a mail has left, and forget what it said."""
    session.execute(_SENT, {"id": claimed.id, "now": utc_now(), "kept": _kept(claimed)})


def postpone(session: Session, claimed: Claimed, until: datetime, failure: str) -> None:
    """Try a mail again later."""
    session.execute(_LATER, {"id": claimed.id, "next": until, "failure": failure[:_LONGEST_FAILURE]})


def give_up(session: Session, claimed: Claimed, failure: str) -> None:
    """Leave a mail for good, forget what it said, and keep why it came to nothing."""
    values = {"id": claimed.id, "now": utc_now(), "failure": failure[:_LONGEST_FAILURE], "kept": _kept(claimed)}
    session.execute(_GIVEN_UP, values)


def give_back(session: Session, claimed: Sequence[Claimed]) -> None:
    """Let mails that nobody could try be claimed again at once; the attempt does not count."""
    session.execute(_GIVE_BACK, {"ids": [each.id for each in claimed]})


def state(connection: Connection) -> MailState:
    """Return how the mail of the whole installation goes."""
    return MailState(*connection.execute(_STATE).one())


def _kept(claimed: Claimed) -> str:
    return f'{{"template": "{claimed.mail.letter.template}"}}'
