"""Carries outbox rows to where they must be known; facts never wait for it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import pymongo
import structlog
from sqlmodel import Session

from models.connections.ids import new_id
from models.connections.postgres import begin, read
from models.records import audit, audit_chains, audit_documents, notifications, outbox, tenants, webhook_deliveries
from models.records.audit_documents import Document
from models.records.outbox import Waiting
from models.rules.audit_chain import Place, chained

_AT_ONCE = 500
_MONGO_SECONDS = 30  # shorter than a turn at the chain lasts
_log = structlog.get_logger("worker.relays")


def relay_all() -> int:
    """Send what every tenant has waiting, oldest first; returns how many rows went out. Raises PyMongoError."""
    with read(outbox.NO_TENANT) as session:
        tenants = outbox.tenants_waiting(session)
    return sum(relay(tenant) for tenant in tenants)


def prune_all() -> None:
    """Forget, for every tenant, what was sent long ago."""
    with read(outbox.NO_TENANT) as session:
        tenant_ids = tenants.all_ids(session)
    for tenant_id in tenant_ids:
        with begin(tenant_id) as session:
            outbox.prune(session)
            webhook_deliveries.prune(session)
            notifications.prune(session)


def relay(tenant_id: UUID) -> int:
    """Send one batch of audit entries, unless another relay is at it.

    MongoDB has the documents before PostgreSQL's head moves over them, in the transaction that marks the rows as sent:
    what a kill leaves behind beyond the head is found there and written anew.
    """
    with begin(tenant_id) as session:
        if not audit_chains.take_turn(session, tenant_id):
            return 0
        rows = outbox.take(session, _AT_ONCE, "audit")
        if rows:
            done = [(row.id, row.data) for row in rows if not row.data.get("refused")]
            webhook_deliveries.fan_out(session, done)
            notifications.tell_facts(session, [row.data for row in rows])
            with pymongo.timeout(_MONGO_SECONDS):
                _chain(session, tenant_id, rows)
            outbox.mark_sent(session, [row.id for row in rows])
    return len(rows)


def _chain(session: Session, tenant_id: UUID, rows: Sequence[Waiting]) -> None:
    """Write rows as the next links of the tenant's chain, and move its head over them."""
    chain = audit_chains.chain(session, tenant_id)
    head = (chain or audit_chains.empty()).head
    batch = new_id()
    new = {row.data["id"]: audit_documents.document(tenant_id, row.data, batch) for row in rows}
    present = _clear(session, tenant_id, head, new)
    if chain is None:
        audit_chains.begin_chain(session, tenant_id, audit_documents.unchained_count(tenant_id))
    documents = list(chained((one for identity, one in new.items() if identity not in present), head))
    audit_documents.append(documents)
    if documents:
        last = documents[-1]
        audit_chains.advance(session, tenant_id, Place(last["seq"], last["hash"]))


def _clear(session: Session, tenant_id: UUID, head: Place, new: Iterable[str]) -> set[str]:
    """Make room beyond the head; returns which of the new entries are part of the chain already.

    What no row of the outbox ever told was not left by a relay: it was put there, or PostgreSQL is older than MongoDB
    since a backup was restored. It is set aside, for a person to look at.
    """
    found = audit_documents.in_the_way(tenant_id, head, list(new))
    linked = {one["_id"] for one in found if _is_linked(one, head)}
    left = [one for one in found if one["_id"] not in linked]
    told = outbox.known_entries(session, [one["_id"] for one in left]) if left else set()
    strays = [one for one in left if one["_id"] not in told]
    audit_documents.delete([one for one in left if one["_id"] in told])
    if strays:
        audit_documents.set_aside(strays)
        _tell_of_strays(session, tenant_id, strays)
    return linked


def _is_linked(document: Document, head: Place) -> bool:
    seq = document.get("seq")
    return isinstance(seq, int) and 0 < seq <= head.seq


def _tell_of_strays(session: Session, tenant_id: UUID, strays: Sequence[Document]) -> None:
    _log.warning("audit entries without a fact were set aside", tenant=str(tenant_id), entries=len(strays))
    audit.record(
        session, tenant_id=tenant_id, action="audit:entries_set_aside", module="audit", actor_id=None,
        subject_id=tenant_id, after={"entries": len(strays), "ids": [str(one["_id"]) for one in strays[:100]]},
    )  # fmt: skip
