from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from models.messages.base import Code, Id, Instant, Message, printable


class FileView(Message):
    """An uploaded file, without its content."""

    id: Id
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: Id
    uploaded_at: Instant


Caption = Annotated[str, StringConstraints(max_length=200), AfterValidator(printable)]


class AttachmentDraft(Message):
    """Where an uploaded file belongs: to a work order, or to a step of a template that is still a draft."""

    file_id: Id
    work_order_id: Id | None = None
    template_id: Id | None = None
    step: Code | None = Field(None, description="Key of the template's step")
    caption: Caption = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.work_order_id is None) is (self.template_id is None):
            raise ValueError("name a work order or a template, and not both")
        if (self.template_id is None) is not (self.step is None):
            raise ValueError("a template's file belongs to one of its steps: name template_id and step together")
        return self


class AttachmentCaption(Message):
    """What is written under a picture of a template's step."""

    caption: Caption


class AttachmentView(Message):
    """A file at its place. `of_step` tells that it came with the instructions, not from the work itself."""

    id: Id
    file_id: Id
    name: str
    media_type: str
    size: int
    caption: str
    of_step: bool
    step: str
    attached_by: str
    attached_at: Instant


class Attachments(Message):
    """The files of one place, those of the instructions first."""

    items: tuple[AttachmentView, ...]


class JobFile(Message):
    """A file of a job at the step it belongs to."""

    file_id: Id
    name: str
    media_type: str
    size: int
    caption: str
    origin: Literal["instructions", "attached", "recorded"]
    at: Instant
    person: str
    work_order_id: Id
    work_order_code: str
    step_key: str
    step: str


class JobFiles(Message):
    """The files of a job, by step; those of the instructions first."""

    items: tuple[JobFile, ...]
