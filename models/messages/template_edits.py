"""Single changes of a draft, as an editor sends them, and the history they leave."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from models.messages.base import Code, Id, Instant, LongText, Message, Minutes, Name, PositiveQuantity, Text
from models.messages.templates import DataField, PartLine, Predecessor, Step, TemplateDocument, TemplateView


class StepChanges(Message):
    """New values of some fields of a step; what is not sent stays as it is."""

    key: Code = ""
    name: Name = ""
    instructions: LongText = ""
    after: tuple[Predecessor, ...] = ()
    work_center: Code = ""
    setup_minutes: Minutes = Decimal(0)
    run_minutes: Minutes = Decimal(0)
    crew: int = Field(1, ge=0, le=1000)
    skills: tuple[Code, ...] = Field((), max_length=20)
    parts: tuple[PartLine, ...] = ()
    data: tuple[DataField, ...] = ()
    optional: bool = False
    quality_gate: bool = False
    rework_to: Code | None = None


class ChangeStep(Message):
    """Change some fields of a step. A new key is followed by every link to it."""

    kind: Literal["change_step"] = "change_step"
    step: Code
    changes: StepChanges


class AddStep(Message):
    """Add a step: behind another one, linked to it, or at the end."""

    kind: Literal["add_step"] = "add_step"
    after: Code | None = None
    name: Name = "New step"


class DuplicateStep(Message):
    """Add a copy of a step behind it, with the same predecessors."""

    kind: Literal["duplicate_step"] = "duplicate_step"
    step: Code


class DeleteStep(Message):
    """Take a step away; what came after it then comes after what was before it."""

    kind: Literal["delete_step"] = "delete_step"
    step: Code


class MoveStep(Message):
    """Put a step at another place of the list, counted from 0; the links stay."""

    kind: Literal["move_step"] = "move_step"
    step: Code
    to: int = Field(ge=0, le=20_000)


class LinkSteps(Message):
    """Let one step come before another. A circle is refused, its path named."""

    kind: Literal["link_steps"] = "link_steps"
    before: Code
    after: Code
    send_ahead: PositiveQuantity | None = None


class UnlinkSteps(Message):
    """Let one step no longer wait for another."""

    kind: Literal["unlink_steps"] = "unlink_steps"
    before: Code
    after: Code


class ChangeHead(Message):
    """Change the template's title or notes; what is not sent stays."""

    kind: Literal["change_head"] = "change_head"
    title: Name = ""
    notes: LongText = ""


class Undo(Message):
    """Take the last change back."""

    kind: Literal["undo"] = "undo"


class Redo(Message):
    """Bring back what was taken back last."""

    kind: Literal["redo"] = "redo"


Rewrite: TypeAlias = ChangeStep | AddStep | DuplicateStep | DeleteStep | MoveStep | LinkSteps | UnlinkSteps | ChangeHead


class TemplateEdit(Message):
    """One change of a draft."""

    edit: Annotated[Rewrite | Undo | Redo, Field(discriminator="kind")]


class Splice(Message):
    """What turns one document into the next: steps that stood at a place, and those that stand there now.

    Or what changes no document: a file that is taken from its step, by its attachment, or brought back there.
    """

    start: int
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    title: tuple[str, str] | None = None
    notes: tuple[str, str] | None = None
    takes_file: Id | None = None
    brings_file: Id | None = None

    @classmethod
    def between(cls, before: TemplateDocument, after: TemplateDocument) -> "Splice":
        """Return the smallest stretch of steps that differs, and the head where it does."""
        old, new = before.steps, after.steps
        start = 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        end = 0
        while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
            end += 1
        return cls(
            start=start, before=old[start : len(old) - end], after=new[start : len(new) - end],
            title=None if before.title == after.title else (before.title, after.title),
            notes=None if before.notes == after.notes else (before.notes, after.notes),
        )  # fmt: skip

    def applied(self, document: TemplateDocument) -> TemplateDocument:
        """Return the document after this change."""
        steps = document.steps[: self.start] + self.after + document.steps[self.start + len(self.before) :]
        title = document.title if self.title is None else self.title[1]
        notes = document.notes if self.notes is None else self.notes[1]
        return document.model_copy(update={"steps": steps, "title": title, "notes": notes})

    def reversed(self) -> "Splice":
        """Return the change that takes this one back."""
        title = None if self.title is None else self.title[::-1]
        notes = None if self.notes is None else self.notes[::-1]
        return Splice(
            start=self.start, before=self.after, after=self.before, title=title, notes=notes,
            takes_file=self.brings_file, brings_file=self.takes_file,
        )  # fmt: skip

    def keys(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the keys of the steps that went, and of those that came."""
        old, new = ([step.key for step in steps] for steps in (self.before, self.after))
        return tuple(key for key in old if key not in new), tuple(key for key in new if key not in old)

    def touched(self) -> tuple[str, ...]:
        """Return what differs: `step field` for a field, the step alone where it came or went, `#title`, `#notes`."""
        old, new = ({step.key: step for step in steps} for steps in (self.before, self.after))
        fields = [
            f"{key} {name}"
            for key in old
            if key in new
            for name in Step.model_fields
            if getattr(old[key], name) != getattr(new[key], name)
        ]
        head = [f"#{name}" for name in ("title", "notes") if getattr(self, name) is not None]
        return tuple(sorted({*fields, *(old.keys() ^ new.keys()), *head}))


class EditNote(Message):
    """What a change was, in two words: its kind and the step it is about."""

    kind: str = "replaced"
    subject: str = ""


class Revision(Message):
    """One change in a draft's history. `touched` is told as Splice.touched tells it."""

    number: int
    version: int
    kind: str
    subject: str
    touched: tuple[str, ...]
    undone: bool
    made_by: str
    made_at: Instant


class TemplateHistory(Message):
    """The latest changes of a draft, newest first, and whether one can be taken back or brought back."""

    may_undo: bool
    may_redo: bool
    revisions: tuple[Revision, ...]


class TemplateEdited(Message):
    """A draft after one change; `merged` are changes by others that came first and did not stand in its way."""

    template: TemplateView
    selected: str | None
    merged: tuple[Revision, ...]


class PublishTemplate(Message):
    """Why a version is published, for those who ask later."""

    reason: Text = Field("", max_length=500)
