from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from models.tables.base import Row, identity, instant, reference


class LicenceFile(Row, table=True):
    """A licence as it was installed; the newest is in force. What it says stands in the signed text alone."""

    __tablename__ = "licence_files"
    __table_args__ = (Index("licence_files_newest", "tenant_id", "id"),)

    id: UUID = identity()
    text: str = Field(max_length=8000)
    installed_by: UUID = reference("users.id")
    installed_at: datetime = instant(nullable=False)
