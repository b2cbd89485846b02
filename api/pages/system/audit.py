"""The audit trail as people read it: filtered, explained, taken along and verified."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.deps import MayReadAudit
from api.pages.frame.asking import checked, midnight
from api.pages.frame.looks import fact_words
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from api.pages.system.changes import Change, changes
from models.connections.postgres import read
from models.messages.audit_trail import AuditEntryView, AuditFilters, VerificationRequest
from models.messages.people import PersonFilters
from models.records import audit_trail as records
from models.records.access.users import users
from models.records.audit_verification import verify
from models.rules.access import Permission
from models.rules.audit import FEATURES
from models.rules.audit_chain import Fault

router = pages("audit")
_ASKED = ("q", "module", "action", "user_id", "subject_id", "command_id", "refused", "cursor")
FAULTS = {
    Fault.REMOVED: marked("Entries are missing"),
    Fault.EDITED: marked("An entry was changed"),
    Fault.REWRITTEN: marked("Entries were changed and sealed anew"),
    Fault.INSERTED: marked("Entries were put in that nobody wrote"),
    Fault.REORDERED: marked("Entries stand in another order"),
    Fault.CUT_OFF: marked("The newest entries were cut off"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry with what changed in it, in words."""

    entry: AuditEntryView
    what: str
    subject: str
    changes: tuple[Change, ...]


@router.get("/audit")
def list_audit(request: Request, screen: TheScreen, actor: MayReadAudit) -> HTMLResponse:
    """Show one page of who did what, the newest first."""
    filters = _filters(request, screen)
    page = records.audit_trail(actor.tenant_id, filters)
    with read(actor.sight) as session:
        entries = records.named(session, page.items)
        people = users(session, actor, PersonFilters(limit=200)).items if actor.may(Permission.USERS_READ) else ()
    asked = filters.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"cursor", "limit"})
    return screen.show(
        "system/audit.html", found=page, told=[_told(screen, entry) for entry in entries], filters=filters,
        modules=FEATURES, people=people, export=urlencode(asked, doseq=True),
    )  # fmt: skip


@router.get("/audit/verification")
def get_verification(screen: TheScreen, actor: MayReadAudit) -> HTMLResponse:
    """Verify the latest entries now, and show what was found."""
    found = verify(actor.tenant_id, VerificationRequest())
    return screen.show("system/verification.html", found=found, faults=FAULTS)


def _filters(request: Request, screen: Screen) -> AuditFilters:
    """Return the filters of the address; days are those of the person's time zone, the last one whole."""
    given = request.query_params
    asked: dict[str, Any] = {name: given[name] for name in _ASKED if given.get(name)}
    for name in ("module", "action"):
        if name in asked:
            asked[name] = [value for value in given.getlist(name) if value]
    for name, days in (("since", 0), ("until", 1)):
        if begins := midnight(name, given.get(name, ""), screen.formats.zone, timedelta(days=days)):
            asked[name] = begins
    return checked(AuditFilters, asked, "query")


def _told(screen: Screen, entry: AuditEntryView) -> Told:
    state = entry.after or entry.before or {}
    subject = next((str(state[name]) for name in ("code", "sku", "name", "username", "title") if state.get(name)), "")
    return Told(entry, screen.words(fact_words(entry.action)), subject, changes(entry.before, entry.after))
