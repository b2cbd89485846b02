"""Changes a template one step at a time: links never close a circle, and what refers to a step follows it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from models.messages.template_edits import (
    AddStep,
    ChangeHead,
    ChangeStep,
    DeleteStep,
    DuplicateStep,
    LinkSteps,
    MoveStep,
    Rewrite,
    UnlinkSteps,
)
from models.messages.templates import Predecessor, Step, TemplateDocument
from models.rules.sentences import Sentence

_LONGEST_KEY, _LONGEST_NAME = 64, 200


class EditRefused(Exception):  # noqa: N818 - errors name the refusal
    """A change that the template cannot take; `field` names where, `path` the circle it would close."""

    def __init__(self, message: str, *, field: str = "", path: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.field, self.path = field, tuple(path)
        self.pointer = f"/edit/{field}" if field else ""

    def members(self) -> dict[str, Any]:
        """Return the circle, first step repeated."""
        return {"path": list(self.path)}


def edited(document: TemplateDocument, edit: Rewrite) -> tuple[TemplateDocument, str | None]:
    """Return the document after a change, and the step that is worth looking at now. Raises EditRefused."""
    if isinstance(edit, ChangeHead):
        return document.model_copy(update=edit.model_dump(include=edit.model_fields_set - {"kind"})), None
    steps, selected = _EDITS[type(edit)](list(document.steps), edit)
    return document.model_copy(update={"steps": tuple(steps)}), selected


def aims_at(edit: Rewrite) -> frozenset[str]:
    """Return what a change means to replace, told as Splice.touched tells it."""
    match edit:
        case ChangeStep():
            return frozenset(f"{edit.step} {name}" for name in edit.changes.model_fields_set)
        case DeleteStep():
            return frozenset({edit.step})
        case LinkSteps() | UnlinkSteps():
            return frozenset({f"{edit.after} after"})
        case ChangeHead():
            return frozenset(f"#{name}" for name in edit.model_fields_set - {"kind"})
    return frozenset()


def overlap(aims: Iterable[str], touched: Iterable[str]) -> frozenset[str]:
    """Return what of `aims` somebody has touched: the same field, or a step that came or went as a whole."""
    theirs = frozenset(touched)
    return frozenset(
        aim for aim in aims
        if aim in theirs or aim.split(" ")[0] in theirs or any(one.startswith(f"{aim} ") for one in theirs)
    )  # fmt: skip


def _place(steps: Sequence[Step], key: str) -> int:
    for place, step in enumerate(steps):
        if step.key == key:
            return place
    raise EditRefused(Sentence("There is no step '{step}' in this template any more.", step=key))


def _change(steps: list[Step], edit: ChangeStep) -> tuple[list[Step], str]:
    place = _place(steps, edit.step)
    old = steps[place]
    new = old.model_copy(update={name: getattr(edit.changes, name) for name in edit.changes.model_fields_set})
    if new.key != old.key:
        if any(step.key == new.key for step in steps):
            raise EditRefused(Sentence("There is already a step '{step}'.", step=new.key), field="key")
        steps = [_renamed(step, old.key, new.key) for step in steps]
        new = _renamed(new, old.key, new.key)
    links = [link.step for link in new.after]
    if len(set(links)) != len(links):
        raise EditRefused(Sentence("Step '{step}' lists the same predecessor twice.", step=new.key), field="after")
    before = {link.step for link in steps[place].after}
    steps[place] = new
    for link in links:
        if link not in before:
            _refuse_circle(steps, link, new.key)
    return steps, new.key


def _renamed(step: Step, old: str, new: str) -> Step:
    """Let a step refer to another one by its new key."""
    changes: dict[str, Any] = {}
    if any(link.step == old for link in step.after):
        changes["after"] = tuple(
            link.model_copy(update={"step": new}) if link.step == old else link for link in step.after
        )
    if step.rework_to == old:
        changes["rework_to"] = new
    return step.model_copy(update=changes) if changes else step


def _add(steps: list[Step], edit: AddStep) -> tuple[list[Step], str]:
    place = len(steps) - 1 if edit.after is None else _place(steps, edit.after)
    links = () if edit.after is None else (Predecessor(step=edit.after),)
    key = _free(steps, "step-1")
    steps.insert(place + 1, Step(key=key, name=edit.name, work_center=steps[place].work_center, after=links))
    return steps, key


def _duplicate(steps: list[Step], edit: DuplicateStep) -> tuple[list[Step], str]:
    place = _place(steps, edit.step)
    key = _free(steps, edit.step)
    name = f"{steps[place].name} (copy)"[:_LONGEST_NAME]
    steps.insert(place + 1, steps[place].model_copy(update={"key": key, "name": name}))
    return steps, key


def _free(steps: Sequence[Step], wish: str) -> str:
    """Return the next key that is not taken: the number behind the wish, counted on."""
    taken = {step.key for step in steps}
    stem, _, digits = wish.rpartition("-")
    if not stem or not digits.isdecimal():
        stem, digits = wish, "2"
    stem, number = stem[: _LONGEST_KEY - 7], int(digits[:5])
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _delete(steps: list[Step], edit: DeleteStep) -> tuple[list[Step], str]:
    place = _place(steps, edit.step)
    if len(steps) == 1:
        raise EditRefused("A template needs at least one step; change this one instead.")
    gone = steps.pop(place)
    left = [_bridged(step, gone) for step in steps]
    return left, left[min(place, len(left) - 1)].key


def _bridged(step: Step, gone: Step) -> Step:
    """Let a step come after what was before the one that is gone."""
    changes: dict[str, Any] = {}
    if any(link.step == gone.key for link in step.after):
        links: dict[str, Predecessor] = {}
        for link in step.after:
            for kept in gone.after if link.step == gone.key else (link,):
                links.setdefault(kept.step, kept)
        links.pop(step.key, None)
        changes["after"] = tuple(links.values())
    if step.rework_to == gone.key:
        changes["rework_to"] = None
    return step.model_copy(update=changes) if changes else step


def _move(steps: list[Step], edit: MoveStep) -> tuple[list[Step], str]:
    moved = steps.pop(_place(steps, edit.step))
    steps.insert(min(edit.to, len(steps)), moved)
    return steps, edit.step


def _link(steps: list[Step], edit: LinkSteps) -> tuple[list[Step], str]:
    place = _place(steps, edit.after)
    _place(steps, edit.before)
    step = steps[place]
    if any(link.step == edit.before for link in step.after):
        raise EditRefused(Sentence("'{before}' already comes before '{after}'.", before=edit.before, after=edit.after))
    link = Predecessor(step=edit.before, send_ahead=edit.send_ahead)
    steps[place] = step.model_copy(update={"after": (*step.after, link)})
    _refuse_circle(steps, edit.before, edit.after)
    return steps, edit.after


def _unlink(steps: list[Step], edit: UnlinkSteps) -> tuple[list[Step], str]:
    place = _place(steps, edit.after)
    kept = tuple(link for link in steps[place].after if link.step != edit.before)
    if len(kept) == len(steps[place].after):
        raise EditRefused(
            Sentence("'{before}' does not come directly before '{after}'.", before=edit.before, after=edit.after)
        )
    steps[place] = steps[place].model_copy(update={"after": kept})
    return steps, edit.after


def _refuse_circle(steps: Sequence[Step], before: str, after: str) -> None:
    """Raise EditRefused where `before`, now a predecessor of `after`, itself waits for it; the shortest way is told."""
    waits_for = {step.key: [link.step for link in step.after] for step in steps}
    reached: dict[str, str | None] = {before: None}
    for key in (queue := [before]):
        if key == after:
            path = [key]
            while (onward := reached[path[-1]]) is not None:
                path.append(onward)
            path.append(after)
            circle = Sentence("That would be a circle: {path}.", path=" → ".join(path))
            raise EditRefused(circle, field="after", path=path)
        for earlier in waits_for.get(key, ()):
            if earlier not in reached:
                reached[earlier] = key
                queue.append(earlier)


_EDITS: dict[type, Callable[[list[Step], Any], tuple[list[Step], str]]] = {
    AddStep: _add,
    ChangeStep: _change,
    DeleteStep: _delete,
    DuplicateStep: _duplicate,
    LinkSteps: _link,
    MoveStep: _move,
    UnlinkSteps: _unlink,
}
