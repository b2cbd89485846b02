"""The audit trail in MongoDB, as people read it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pymongo import DESCENDING
from pymongo.cursor import Cursor
from sqlalchemy import text
from sqlmodel import Session

from models.connections.mongo import mongo
from models.messages.access import Actor
from models.messages.audit_trail import AuditEntryView, AuditExport, AuditFilters, AuditSelection
from models.messages.paging import Page
from models.records import audit
from models.records.refusals import BadCursor
from models.rules.audit import searched

_PLACE = TypeAdapter(tuple[datetime, str])
_NEWEST = [("timestamp", DESCENDING), ("_id", DESCENDING)]
_FIELDS = {
    "user_id": "user_id", "subject_id": "subject_id", "command_id": "command_id",
    "key_id": "origin.key_id", "session_id": "origin.session_id", "address": "origin.address",
}  # fmt: skip
_NAMES = text("SELECT id, display_name FROM users WHERE id = ANY(:ids)")
_LAST = "\U0010ffff"
_SECONDS_MS = 5000
_AT_ONCE = 500


def audit_trail(tenant_id: UUID, filters: AuditFilters) -> Page[AuditEntryView]:
    """Return one page of a tenant's audit trail, newest first. Raises BadCursor, and PyMongoError when it is away."""
    wanted = _wanted(tenant_id, filters)
    if filters.cursor is not None:
        instant, identity = _place(filters.cursor)
        wanted["$or"] = [{"timestamp": {"$lt": instant}}, {"timestamp": instant, "_id": {"$lt": identity}}]
    documents = list(_newest(wanted).limit(filters.limit + 1).max_time_ms(_SECONDS_MS))
    shown = documents[: filters.limit]
    cursor = _cursor(shown[-1]) if len(documents) > len(shown) else None
    return Page(items=tuple(_entries(shown)), next_cursor=cursor)


def named(session: Session, entries: Iterable[AuditEntryView]) -> tuple[AuditEntryView, ...]:
    """Return entries with the names their people bear today; one statement for all of them."""
    entries = tuple(entries)
    ids = {entry.user_id for entry in entries if entry.user_id is not None}
    names = {row.id: row.display_name for row in session.execute(_NAMES, {"ids": list(ids)})} if ids else {}
    return tuple(entry.model_copy(update={"user": names.get(entry.user_id)}) for entry in entries)


def batches(tenant_id: UUID, selection: AuditSelection) -> Iterator[tuple[AuditEntryView, ...]]:
    """Return everything that is wanted, newest first, some at a time. Raises PyMongoError when it is away."""
    documents = _newest(_wanted(tenant_id, selection)).batch_size(_AT_ONCE)
    while some := list(islice(documents, _AT_ONCE)):
        yield tuple(_entries(some))


def note_export(session: Session, actor: Actor, asked: AuditExport) -> None:
    """Tell the trail itself that somebody takes it along; of what people typed only that they did."""
    typed = {"q", "address"}
    filters = asked.model_dump(mode="json", exclude_defaults=True, exclude=typed | {"format"})
    audit.record(
        session, tenant_id=actor.tenant_id, action="audit:exported", module="audit", actor_id=actor.user_id,
        subject_id=actor.tenant_id,
        after={
            "format": asked.format.value, "filters": filters,
            "searched_by": sorted(name for name in typed if getattr(asked, name) is not None),
        },
    )  # fmt: skip


def _wanted(tenant_id: UUID, selection: AuditSelection) -> dict[str, Any]:
    wanted: dict[str, Any] = {"tenant_id": str(tenant_id)}
    for name, field in _FIELDS.items():
        if (value := getattr(selection, name)) is not None:
            wanted[field] = str(value)
    for name in ("action", "module"):
        if values := getattr(selection, name):
            wanted[name] = values[0] if len(values) == 1 else {"$in": list(values)}
    if selection.refused is not None:
        wanted["refused"] = True if selection.refused else {"$ne": True}
    if selection.q:
        # What begins with these words lies between them and them with the last of all letters: no pattern to escape.
        words = searched(selection.q)
        wanted["codes"] = {"$elemMatch": {"$gte": words, "$lt": words + _LAST}}
    span = {"$type": "date", "$gte": selection.since, "$lt": selection.until}
    wanted["timestamp"] = {name: bound for name, bound in span.items() if bound is not None}
    return wanted


def _newest(wanted: dict[str, Any]) -> Cursor[dict[str, Any]]:
    return mongo()["audit_logs"].find(wanted).sort(_NEWEST)


def _entries(documents: Iterable[dict[str, Any]]) -> Iterator[AuditEntryView]:
    """Return what can be shown; what another hand has put in and is no entry at all is the verification's business."""
    for document in documents:
        fields = {name: document[name] for name in AuditEntryView.model_fields if name in document}
        with suppress(ValidationError):
            yield AuditEntryView.model_validate(fields | {"id": document["_id"]})


def _cursor(document: dict[str, Any]) -> str:
    return urlsafe_b64encode(_PLACE.dump_json((document["timestamp"], str(document["_id"])))).decode()


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        return _PLACE.validate_json(urlsafe_b64decode(cursor.encode()))
    except (ValidationError, ValueError) as error:
        raise BadCursor from error
