"""The audit trail's documents in MongoDB, as the relays write and prune them.

Nothing here overwrites a document, and what is deleted is named by the attempt that wrote it: a relay that hung and
lost its turn can neither replace nor remove what its successor wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import ASCENDING, DeleteOne, ReplaceOne, WriteConcern
from pymongo.collection import Collection

from models.connections.mongo import mongo
from models.rules.audit import codes
from models.rules.audit_chain import Place, storable, whole_milliseconds

Document = dict[str, Any]
_MOST_IN_THE_WAY = 5000  # more than a batch writes; what is further on is met by a later one
# PostgreSQL's head must never be ahead of what MongoDB remembers after a power cut or a failover.
_SAFE = WriteConcern(w="majority", j=True)
_UNCHAINED: Mapping[str, Any] = {"seq": {"$not": {"$gt": 0}}}


def _logs() -> Collection[Document]:
    return mongo()["audit_logs"].with_options(write_concern=_SAFE)


def document(tenant_id: UUID, entry: Mapping[str, Any], batch: UUID) -> Document:
    """Return an outbox entry as it is kept, not yet chained; `batch` names the attempt to write it."""
    return {
        **storable(entry),
        "_id": entry["id"],
        "tenant_id": str(tenant_id),
        "timestamp": whole_milliseconds(datetime.fromisoformat(entry["timestamp"])),
        "codes": codes(entry),
        "batch": str(batch),
    }


def in_the_way(tenant_id: UUID, head: Place, entry_ids: Sequence[str]) -> list[Document]:
    """Return documents that bear the ids of entries to be written, and the next ones beyond the head."""
    mine = {"tenant_id": str(tenant_id)}
    same = _logs().find({**mine, "_id": {"$in": list(entry_ids)}})
    beyond = _logs().find({**mine, "seq": {"$gt": head.seq}}).sort("seq", ASCENDING).limit(_MOST_IN_THE_WAY)
    return list({one["_id"]: one for found in (same, beyond) for one in found}.values())


def append(documents: Sequence[Document]) -> None:
    """Add chained documents. Raises BulkWriteError where one of their ids or numbers is taken."""
    if documents:
        _logs().insert_many(documents)


def delete(documents: Sequence[Document]) -> None:
    """Delete documents, each only if it still is what that attempt wrote."""
    if documents:
        _logs().bulk_write([
            DeleteOne({name: one.get(name) for name in ("_id", "seq", "batch")}) for one in documents
        ])  # fmt: skip


def set_aside(documents: Sequence[Document]) -> None:
    """Keep documents that no fact stands behind where they disturb nothing, and take them out of the trail."""
    aside = mongo()["audit_strays"].with_options(write_concern=_SAFE)
    if documents:
        aside.bulk_write([ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents])
    delete(documents)


def unchained_count(tenant_id: UUID, *, quickly: bool = False) -> int:
    """Return how many of a tenant's entries have no place in the chain; `quickly` looks only for those without any.

    To find the ones with a place that cannot be, every entry must be read.
    """
    wanted = {"seq": None} if quickly else _UNCHAINED
    return _logs().count_documents({"tenant_id": str(tenant_id), **wanted})


def links(tenant_id: UUID, after: int, through: int | None = None) -> Iterator[Document]:
    """Return a tenant's documents with places after one and through another, in order."""
    stretch = {"$gt": after} if through is None else {"$gt": after, "$lte": through}
    return iter(_logs().find({"tenant_id": str(tenant_id), "seq": stretch}).sort("seq", ASCENDING))


def first_since(tenant_id: UUID, moment: datetime, after: int) -> int | None:
    """Return the first place after one that is taken by an entry of this moment or later."""
    wanted = {"tenant_id": str(tenant_id), "timestamp": {"$gte": moment}, "seq": {"$gt": after}}
    found = list(_logs().aggregate([{"$match": wanted}, {"$group": {"_id": None, "first": {"$min": "$seq"}}}]))
    return int(found[0]["first"]) if found else None


def drop_through(tenant_id: UUID, seq: int) -> int:
    """Delete a tenant's documents up to a number; returns how many went."""
    return _logs().delete_many({"tenant_id": str(tenant_id), "seq": {"$gt": 0, "$lte": seq}}).deleted_count


def drop_unchained(tenant_id: UUID, before: datetime) -> int:
    """Delete a tenant's unchained documents older than an instant; returns how many went."""
    wanted = {"tenant_id": str(tenant_id), "timestamp": {"$lt": before}, **_UNCHAINED}
    return _logs().delete_many(wanted).deleted_count
