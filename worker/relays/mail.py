"""Sends what waits as mail. A mail that fails waits by itself, ever longer, and is given up in the end."""

from uuid import UUID

import structlog

from models.connections.postgres import begin, read
from models.records import mail
from models.records.outbox import NO_TENANT
from models.rules.mail import next_attempt
from models.tables.base import utc_now
from worker.adapters.smtp import MailPostponed, MailRefused, MailServerAway, compose, send
from worker.letters import write

_AT_ONCE = 20
_log = structlog.get_logger("worker.relays")


def relay_all() -> int:
    """Send what every tenant has due, oldest first; returns how many left. Raises MailServerAway."""
    with read(NO_TENANT) as session:
        tenants = mail.tenants_waiting(session)
    return sum(_relay(tenant) for tenant in tenants)


def _relay(tenant_id: UUID) -> int:
    """Send one batch. No transaction is open meanwhile: a mail server may take its time."""
    with begin(tenant_id) as session:
        claimed = mail.claim(session, _AT_ONCE)
    sent = 0
    for number, each in enumerate(claimed):
        try:
            sent += _deliver(tenant_id, each)
        except MailServerAway:
            with begin(tenant_id) as session:
                mail.give_back(session, claimed[number:])
            raise
    return sent


def _deliver(tenant_id: UUID, claimed: mail.Claimed) -> bool:
    """Send one mail and note what became of it; tells whether it left."""
    if claimed.mail.useful_until is not None and claimed.mail.useful_until <= utc_now():
        _never(tenant_id, claimed, "It came too late to be of use.")
        return False
    try:
        send(compose(claimed.key, claimed.mail.to, write(claimed.mail.letter)))
    except MailPostponed as fault:
        _later_or_never(tenant_id, claimed, str(fault))
        return False
    except MailRefused as refusal:
        _never(tenant_id, claimed, str(refusal))
        return False
    with begin(tenant_id) as session:
        mail.mark_sent(session, claimed)
    return True


def _later_or_never(tenant_id: UUID, claimed: mail.Claimed, failure: str) -> None:
    then = next_attempt(claimed.attempts, utc_now(), claimed.mail.useful_until)
    if then is None:
        _never(tenant_id, claimed, failure)
        return
    with begin(tenant_id) as session:
        mail.postpone(session, claimed, then, failure)
    _log.warning("a mail was postponed", mail=claimed.key, attempts=claimed.attempts, until=then, reason=failure)


def _never(tenant_id: UUID, claimed: mail.Claimed, failure: str) -> None:
    with begin(tenant_id) as session:
        mail.give_up(session, claimed, failure)
    _log.error("a mail was given up", mail=claimed.key, attempts=claimed.attempts, reason=failure)
