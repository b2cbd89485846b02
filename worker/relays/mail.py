"""Sends what waits as mail. A mail that fails waits by itself, ever longer, and is given up in the end."""

from uuid import UUID

import structlog

from models.connections.links import home
from models.connections.postgres import begin, read
from models.records import branding, mail
from models.records.outbox import NO_TENANT
from models.rules.branding import accent_for
from models.rules.mail import next_attempt
from models.tables.base import utc_now
from worker.adapters.smtp import MailPostponed, MailRefused, MailServerAway, compose, send
from worker.letters import Look, write

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
        look = _look(branding.worn(session, tenant_id)) if claimed else None
    sent = 0
    for number, each in enumerate(claimed):
        try:
            sent += _deliver(tenant_id, each, look)
        except MailServerAway:
            with begin(tenant_id) as session:
                mail.give_back(session, claimed[number:])
            raise
    return sent


def _look(worn: branding.Worn) -> Look:
    """Return what letters wear. Mail programs show no SVG: its factory is told by name and colour alone."""
    accent = accent_for(worn.accent, "light").accent if worn.accent else Look().accent
    shown = worn.logo_hash is not None and worn.logo_type == "image/png"
    logo = f"{home(worn.slug)}/api/v1/brands/{worn.tenant_id}/logo/{worn.logo_hash}" if shown else ""
    return Look(worn.name, accent, logo)


def _deliver(tenant_id: UUID, claimed: mail.Claimed, look: Look | None) -> bool:
    """Send one mail and note what became of it; tells whether it left."""
    if claimed.mail.useful_until is not None and claimed.mail.useful_until <= utc_now():
        _never(tenant_id, claimed, "It came too late to be of use.")
        return False
    try:
        send(compose(claimed.key, claimed.mail.to, write(claimed.mail.letter, look)))
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
