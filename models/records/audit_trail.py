"""The audit trail in MongoDB, as people read it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pymongo import DESCENDING

from models.connections.mongo import mongo
from models.messages.audit import AuditEntry
from models.messages.audit_trail import AuditFilters
from models.messages.paging import Page
from models.records.refusals import BadCursor

_PLACE = TypeAdapter(tuple[datetime, str])
_FIELDS = ("action", "module", "user_id", "subject_id", "command_id")


def audit_trail(tenant_id: UUID, filters: AuditFilters) -> Page[AuditEntry]:
    """Return one page of a tenant's audit trail, newest first. Raises BadCursor, and PyMongoError when it is away."""
    wanted: dict[str, Any] = {"tenant_id": str(tenant_id)}
    wanted |= {name: str(value) for name in _FIELDS if (value := getattr(filters, name)) is not None}
    span = {"$gte": filters.since, "$lt": filters.until}
    if any(span.values()):
        wanted["timestamp"] = {name: instant for name, instant in span.items() if instant is not None}
    if filters.cursor is not None:
        instant, identity = _place(filters.cursor)
        wanted["$or"] = [{"timestamp": {"$lt": instant}}, {"timestamp": instant, "_id": {"$lt": identity}}]
    newest = mongo()["audit_logs"].find(wanted).sort([("timestamp", DESCENDING), ("_id", DESCENDING)])
    documents = list(newest.limit(filters.limit + 1).max_time_ms(5000))
    shown = documents[: filters.limit]
    cursor = _cursor(shown[-1]) if len(documents) > len(shown) else None
    return Page(items=tuple(_entry(document) for document in shown), next_cursor=cursor)


def _entry(document: dict[str, Any]) -> AuditEntry:
    fields = {name: document.get(name) for name in AuditEntry.model_fields}
    return AuditEntry.model_validate(fields | {"id": document["_id"]})


def _cursor(document: dict[str, Any]) -> str:
    return urlsafe_b64encode(_PLACE.dump_json((document["timestamp"], str(document["_id"])))).decode()


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        return _PLACE.validate_json(urlsafe_b64decode(cursor.encode()))
    except (ValidationError, ValueError) as error:
        raise BadCursor from error
