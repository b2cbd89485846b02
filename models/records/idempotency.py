"""Stored answers of requests that must happen once."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.records.refusals import KeyReused
from models.tables.access.credentials import IdempotencyKey


@dataclass(frozen=True)
class RequestKey:
    """What makes a request the same one: who sent it, their key, and the hash of what they asked."""

    tenant_id: UUID
    user_id: UUID
    key: str
    request_hash: str


# A second request with the same key waits here until the first committed or failed; waiting by accident is harmless.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def stored_answer(session: Session, request: RequestKey) -> IdempotencyKey | None:
    """Return what the same request was answered before, waiting for one under way. Raises KeyReused."""
    session.execute(_LOCK, {"name": f"{request.tenant_id}|{request.user_id}|{request.key}"})
    stored = session.get(IdempotencyKey, (request.tenant_id, request.user_id, request.key))
    if stored is not None and stored.request_hash != request.request_hash:
        raise KeyReused(request.key)
    return stored


def store_answer(session: Session, request: RequestKey, *, status: int, body: str, etag: str | None) -> None:
    """Keep an answer in the transaction that made it true."""
    session.add(
        IdempotencyKey(
            tenant_id=request.tenant_id, user_id=request.user_id, key=request.key, request_hash=request.request_hash,
            status=status, body=body, etag=etag,
        )
    )  # fmt: skip
    session.flush()
