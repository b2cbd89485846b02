"""What PostgreSQL knows of each factory's audit trail: its head, its anchor, and whose turn it is to write."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.rules.audit_chain import START, Place

# A process that hangs in its turn loses it: nothing it writes afterwards can do harm, see worker/README.md.
_TURN = text("""
    SELECT set_config('idle_in_transaction_session_timeout', '60s', true),
           pg_try_advisory_xact_lock(hashtextextended('audit:' || :tenant, 0))
""")
_CHAIN = text("SELECT seq, hash, anchor_seq, anchor_hash, unchained FROM audit_chains WHERE tenant_id = :tenant")
_BEGIN = text("""
    INSERT INTO audit_chains (tenant_id, seq, hash, anchor_seq, anchor_hash, unchained)
    VALUES (:tenant, 0, '', 0, '', :unchained)
""")
_ADVANCE = text("UPDATE audit_chains SET seq = :seq, hash = :hash WHERE tenant_id = :tenant")
_ANCHOR = text("""
    UPDATE audit_chains SET anchor_seq = :seq, anchor_hash = left(:hash, 64)
     WHERE tenant_id = :tenant AND anchor_seq = :from AND :seq <= seq
""")
_UNCHAINED = text("UPDATE audit_chains SET unchained = least(unchained, :left) WHERE tenant_id = :tenant")


@dataclass(frozen=True, slots=True)
class Chain:
    """The last link of a trail, and the link before the oldest entry that is kept.

    `unchained` entries were there before the first link.
    """

    head: Place
    anchor: Place
    unchained: int


def take_turn(session: Session, tenant_id: UUID) -> bool:
    """Become the one who writes this tenant's trail until the transaction ends; False where somebody else is."""
    return bool(session.execute(_TURN, {"tenant": str(tenant_id)}).one()[1])


def chain(session: Session, tenant_id: UUID) -> Chain | None:
    """Return a tenant's chain; None where no entry was ever chained."""
    row = session.execute(_CHAIN, {"tenant": tenant_id}).first()
    if row is None:
        return None
    return Chain(Place(row.seq, row.hash), Place(row.anchor_seq, row.anchor_hash), row.unchained)


def begin_chain(session: Session, tenant_id: UUID, unchained: int) -> None:
    """Note that a tenant's chain begins, beside entries that will never be part of it."""
    session.execute(_BEGIN, {"tenant": tenant_id, "unchained": unchained})


def advance(session: Session, tenant_id: UUID, head: Place) -> None:
    """Move the head on; only in one's turn."""
    session.execute(_ADVANCE, {"tenant": tenant_id, "seq": head.seq, "hash": head.hash})


def move_anchor(session: Session, tenant_id: UUID, old: Place, new: Place) -> bool:
    """Move the anchor on, so that what is up to it may go; False where somebody else has moved it."""
    values = {"tenant": tenant_id, "from": old.seq, "seq": new.seq, "hash": new.hash}
    moved: int = session.execute(_ANCHOR, values).rowcount  # type: ignore[attr-defined] # a cursor result
    return moved == 1


def note_unchained(session: Session, tenant_id: UUID, left: int) -> None:
    """Note that of the entries from before chaining fewer are left."""
    session.execute(_UNCHAINED, {"tenant": tenant_id, "left": left})


def empty() -> Chain:
    """Return the chain of a tenant that has none yet."""
    return Chain(START, START, 0)
