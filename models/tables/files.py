from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from models.tables.base import Row, identity, instant, reference


class File(Row, table=True):
    """A photo or document a person attached; the content is kept with the facts so that one backup holds both."""

    __tablename__ = "files"

    id: UUID = identity()
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    uploaded_by: UUID = reference("users.id")
    uploaded_at: datetime = instant(nullable=False)
