"""Lets audit entries go that are older than their factory keeps them, from the old end of the chain."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlmodel import Session

from models.connections.postgres import begin, read
from models.records import audit, audit_chains, audit_documents, outbox, tenants
from models.records.audit_chains import Chain
from models.rules.audit_chain import Finding, Place, Walk

_AT_ONCE = 20_000
_TOLD = 50


def prune_trails(now: datetime) -> int:
    """Prune every tenant's trail; returns how many entries went. Raises PyMongoError."""
    with read(outbox.NO_TENANT) as session:
        tenant_ids = tenants.all_ids(session)
    return sum(prune_trail(tenant_id, now) for tenant_id in tenant_ids)


def prune_trail(tenant_id: UUID, now: datetime) -> int:
    """Prune one tenant's trail of entries from before the last midnight in UTC that it keeps; returns how many went.

    The anchor moves first: a trail is verified from there, whatever of the entries before it is still around. What was
    wrong with the stretch that goes is told by the entry that tells of the pruning.
    """
    with read(tenant_id) as session:
        days = tenants.settings(session, tenant_id).audit_keep_days
        chain = audit_chains.chain(session, tenant_id)
    if chain is None:
        return 0
    gone = 0
    if days is not None:
        before = datetime.combine(now.astimezone(UTC), time(), UTC) - timedelta(days=days)
        chain = _let_go(tenant_id, chain, before)
        gone = _drop_unchained(tenant_id, before) if chain.unchained else 0
    return gone + audit_documents.drop_through(tenant_id, chain.anchor.seq) if chain.anchor.seq else gone


def _let_go(tenant_id: UUID, chain: Chain, before: datetime) -> Chain:
    """Move the anchor over the oldest entries, as far as all are from before an instant, and tell the trail."""
    walk = Walk(chain.anchor)
    through = min(chain.head.seq, chain.anchor.seq + _AT_ONCE)
    documents = audit_documents.links(tenant_id, chain.anchor.seq, through)
    for _ in walk.over(takewhile(lambda one: _is_from_before(before, one), documents)):
        pass
    if walk.place.seq == chain.anchor.seq:
        return chain
    with begin(tenant_id) as session:
        if audit_chains.move_anchor(session, tenant_id, chain.anchor, walk.place):
            after = _told(chain.anchor, walk.place, walk.end(None)) | {"before": before.isoformat()}
            _tell(session, tenant_id, after)
        return audit_chains.chain(session, tenant_id) or chain


def _is_from_before(instant: datetime, document: Mapping[str, Any]) -> bool:
    moment = document.get("timestamp")
    return not isinstance(moment, datetime) or moment < instant


def _told(old: Place, new: Place, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return what an auditor must know of the stretch that goes."""
    return {
        "first_seq": old.seq + 1,
        "last_seq": new.seq,
        "findings": [
            {"fault": one.fault.value, "first_seq": one.first_seq, "last_seq": one.last_seq} for one in findings[:_TOLD]
        ],
    }


def _tell(session: Session, tenant_id: UUID, after: dict[str, Any]) -> None:
    audit.record(
        session, tenant_id=tenant_id, action="audit:pruned", module="audit", actor_id=None, subject_id=tenant_id,
        after=after,
    )  # fmt: skip


def _drop_unchained(tenant_id: UUID, before: datetime) -> int:
    """Delete entries from before chaining, then note that fewer are left."""
    gone = audit_documents.drop_unchained(tenant_id, before)
    if gone:
        left = audit_documents.unchained_count(tenant_id)
        with begin(tenant_id) as session:
            audit_chains.note_unchained(session, tenant_id, left)
            _tell(session, tenant_id, {"unchained": gone, "before": before.isoformat()})
    return gone
