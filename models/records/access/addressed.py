"""Tokens that say where to look: factory and row in front, the secret behind, so that no search crosses factories."""

from uuid import UUID

from models.connections.secrets import new_secret


def new_token(tenant_id: UUID, row_id: UUID) -> str:
    """Return a token for one row of one factory; only its digest is ever stored."""
    return f"{tenant_id.hex}.{row_id.hex}.{new_secret()}"


def address_of(token: str) -> tuple[UUID, UUID] | None:
    """Return the factory and row a token speaks of; None for what is no token of ours."""
    parts = token.split(".")
    try:
        tenant, row, _secret = parts
        return UUID(hex=tenant), UUID(hex=row)
    except ValueError:
        return None
