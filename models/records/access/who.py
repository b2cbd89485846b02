"""Who stands behind a credential: one statement for each request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from models.messages.access import Actor
from models.rules.access import held

_WHO = text("""
    SELECT credential_id, via, tenant_id, user_id, username, display_name, role, permissions, scopes, secret_hash,
           station_id, station_hash, per_minute, last_used_at, second_factor_setup_needed FROM who_is(:credential)
""")


@dataclass(frozen=True, slots=True)
class Holder:
    """A living credential: a session ('browser', 'api', 'station') or a 'key', and the active person it belongs to."""

    credential_id: UUID
    via: str
    tenant_id: UUID
    user_id: UUID
    username: str
    display_name: str
    role: str
    permissions: list[str] | None
    scopes: list[str] | None
    secret_hash: str
    station_id: UUID | None
    station_hash: str | None
    per_minute: int | None
    last_used_at: datetime | None
    second_factor_setup_needed: bool

    def actor(self) -> Actor:
        """Return who acts, with what role and key allow: nothing, before a second factor that is required is set up."""
        is_key = self.via == "key"
        permissions = held(self.role, self.permissions, self.scopes)
        return Actor(
            tenant_id=self.tenant_id, user_id=self.user_id, username=self.username, display_name=self.display_name,
            role=self.role, permissions=frozenset() if self.second_factor_setup_needed else permissions,
            session_id=None if is_key else self.credential_id, key_id=self.credential_id if is_key else None,
            second_factor_setup_needed=self.second_factor_setup_needed,
        )  # fmt: skip


def who_is(connection: Connection, credential: UUID) -> Holder | None:
    """Return who holds a session or key that lives, whatever its tenant; None for any other."""
    row = connection.execute(_WHO, {"credential": credential}).first()
    return None if row is None else Holder(*row)
