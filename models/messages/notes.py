"""Notes for whoever goes on with a work order."""

from typing import Annotated

from pydantic import Field, StringConstraints

from models.messages.base import Id, Instant, Message, Text


class NoteDraft(Message):
    """A note as written."""

    text: Annotated[Text, StringConstraints(min_length=1), Field(examples=["The left clamp sticks; warm it up first."])]


class NoteView(NoteDraft):
    """A note as stored."""

    id: Id
    work_order_id: Id
    written_by: str
    written_at: Instant


class Notes(Message):
    """The notes of a work order, the newest first."""

    items: tuple[NoteView, ...]
