"""Carries outbox rows to where they must be known; facts never wait for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import ReplaceOne
from pymongo.collection import Collection

from models.connections.mongo import mongo
from models.connections.postgres import begin, read
from models.records import outbox, tenants

_AT_ONCE = 500


def relay_all() -> int:
    """Send what every tenant has waiting, oldest first; returns how many rows went out. Raises PyMongoError."""
    with read(outbox.NO_TENANT) as session:
        tenants = outbox.tenants_waiting(session)
    return sum(_relay(tenant) for tenant in tenants)


def prune_all() -> None:
    """Forget, for every tenant, what was sent long ago."""
    with read(outbox.NO_TENANT) as session:
        tenant_ids = tenants.all_ids(session)
    for tenant_id in tenant_ids:
        with begin(tenant_id) as session:
            outbox.prune(session)


def _relay(tenant_id: UUID) -> int:
    """Send one batch; the rows stay locked until MongoDB has them, so two relays never send in disorder."""
    with begin(tenant_id) as session:
        rows = outbox.take(session, _AT_ONCE)
        if rows:
            _to_audit(tenant_id, [row.data for row in rows])
            outbox.mark_sent(session, [row.id for row in rows])
    return len(rows)


def _to_audit(tenant_id: UUID, entries: list[dict[str, Any]]) -> None:
    """Upsert by the entry's id: a batch sent twice is there once."""
    logs: Collection[dict[str, Any]] = mongo()["audit_logs"]
    documents = [
        {
            **entry,
            "_id": entry["id"],
            "tenant_id": str(tenant_id),
            "timestamp": datetime.fromisoformat(entry["timestamp"]),
        }
        for entry in entries
    ]
    logs.bulk_write([ReplaceOne({"_id": document["_id"]}, document, upsert=True) for document in documents])
