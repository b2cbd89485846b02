from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from models.tables.base import Row, identity, instant, reference


class WallLink(Row, table=True):
    """A link that shows the factory's boards on a wall, without a log-in; only the digest of its token is kept."""

    __tablename__ = "wall_links"
    __table_args__ = (Index("wall_links_by_creation", "tenant_id", "created_at", "id"),)

    id: UUID = identity()
    name: str = Field(max_length=200)
    token_hash: str = Field(max_length=64)
    shows_names: bool = True
    created_by: UUID = reference("users.id")
    created_at: datetime = instant(nullable=False)
    expires_at: datetime | None = instant()
    revoked_at: datetime | None = instant()
    last_seen_at: datetime | None = instant()
