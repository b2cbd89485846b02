"""Whether a factory's audit trail still is what was written: MongoDB's documents against PostgreSQL's head."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from uuid import UUID

from models.connections.postgres import read
from models.messages.audit_trail import AuditVerification, VerificationRequest
from models.records import audit_chains, audit_documents, outbox
from models.records.audit_chains import Chain
from models.rules.audit_chain import Fault, Finding, Place, Walk, finding

Progress = Callable[[int, int], None]
_TOLD = 200
_AT_ONCE = 1000


def verify(
    tenant_id: UUID, asked: VerificationRequest | None = None, progress: Progress | None = None
) -> AuditVerification:
    """Walk a tenant's chain from its anchor to its head, or the part that is asked for, and tell what is wrong.

    Relays and pruning may go on meanwhile. `progress` is told how many of how many places lie behind. Raises
    PyMongoError and SQLAlchemyError while a database is away.
    """
    chain = _chain(tenant_id)
    start = _start(tenant_id, chain, asked)
    walk = Walk(start)
    for seq in walk.over(audit_documents.links(tenant_id, start.seq, chain.head.seq)):
        if progress is not None and (seq % _AT_ONCE == 0 or seq == chain.head.seq):
            progress(seq - start.seq, chain.head.seq - start.seq)
    found = list(_kept(walk.end(chain.head), _chain(tenant_id).anchor))
    found += _beyond(tenant_id, chain.head)
    unchained = audit_documents.unchained_count(tenant_id, quickly=asked is not None)
    if chain.head.seq and unchained > chain.unchained:
        found.append(Finding(Fault.INSERTED, None, None, None, None))
    return AuditVerification(
        sound=not found, checked=walk.checked, first_seq=start.seq + 1, last_seq=chain.head.seq,
        whole=start == chain.anchor, unchained=unchained, findings=tuple(found[:_TOLD]),
        more_findings=max(0, len(found) - _TOLD),
    )  # fmt: skip


def _chain(tenant_id: UUID) -> Chain:
    with read(tenant_id) as session:
        return audit_chains.chain(session, tenant_id) or audit_chains.empty()


def _start(tenant_id: UUID, chain: Chain, asked: VerificationRequest | None) -> Place:
    """Return the link after which the walk begins; in the middle of the chain its hash is taken on trust."""
    if asked is None:
        return chain.anchor
    seq = max(chain.anchor.seq, chain.head.seq - asked.latest)
    if asked.since is not None:
        first = audit_documents.first_since(tenant_id, asked.since, seq)
        seq = chain.head.seq if first is None else min(first - 1, chain.head.seq)
    return chain.anchor if seq == chain.anchor.seq else Place(seq, None)


def _kept(findings: tuple[Finding, ...], anchor: Place) -> Iterator[Finding]:
    """Leave out what was pruned while the walk went on."""
    for found in findings:
        if found.first_seq is None or found.last_seq is None or found.first_seq > anchor.seq:
            yield found
        elif found.last_seq > anchor.seq:
            yield replace(found, first_seq=anchor.seq + 1)


def _beyond(tenant_id: UUID, head: Place) -> Iterator[Finding]:
    """Find entries after the head that no relay is about to chain, nor was when it was killed."""
    documents = audit_documents.links(tenant_id, head.seq)
    while some := list(islice(documents, _AT_ONCE)):
        with read(tenant_id) as session:
            told = outbox.known_entries(session, [str(one["_id"]) for one in some])
        yield from (finding(Fault.INSERTED, one) for one in some if one["_id"] not in told)
