from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary
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


class Attachment(Row, table=True):
    """A file at its place: a step of one template version, or a work order. The file itself never changes.

    `away_by` is the change of the draft that took it or its step away: taken back, it brings the file back;
    forgotten, the file is gone from there for good.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint(
            "(work_order_id IS NULL) <> (template_id IS NULL) AND (template_id IS NULL) = (step_key IS NULL)",
            name="attachments_one_subject",
        ),
        ForeignKeyConstraint(
            ["template_id", "away_by"],
            ["template_revisions.template_id", "template_revisions.number"],
            name="attachments_away_by_revision",
            ondelete="CASCADE",
        ),
        Index("attachments_by_work_order", "work_order_id", "id", postgresql_where="work_order_id IS NOT NULL"),
        Index("attachments_by_template", "template_id", "step_key", "id", postgresql_where="template_id IS NOT NULL"),
    )

    id: UUID = identity()
    file_id: UUID = reference("files.id")
    work_order_id: UUID | None = reference("work_orders.id", nullable=True)
    template_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("templates.id", ondelete="CASCADE"), nullable=True)
    )
    step_key: str | None = Field(default=None, max_length=64)
    away_by: int | None = None
    caption: str = Field(default="", max_length=200)
    attached_by: UUID = reference("users.id")
    attached_at: datetime = instant(nullable=False)
