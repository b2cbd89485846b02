"""Identifiers: UUIDv7, sorted in the order of their making."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """Return a fresh UUIDv7."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
