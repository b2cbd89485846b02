"""What an editor's screen shows of a draft: every step or a stretch of them, the graph, totals, faults and one step."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from api import publishing
from api.pages.templates.words import BASES, DATA, FAULT_FIELDS
from models.messages.access import Actor
from models.messages.catalog import WorkCenterFilters
from models.messages.teams import SkillFilters
from models.messages.templates import Fault, PlanStep, Step, TemplateView
from models.records import attachments
from models.records import template_revisions as revisions
from models.records import templates as records
from models.records.access.skills import skills
from models.records.catalog.work_centers import work_centers
from models.rules.access import Permission
from templates_engine.outline import Outline
from templates_engine.sketch import sketch

LISTED = 300
_CENTERS = WorkCenterFilters(active=True, limit=200, sort="code")
_SKILLS = SkillFilters(active=True, limit=100, sort="code")


@dataclass(frozen=True, slots=True)
class Line:
    """One step in the list: its place from 1, what was authored, what it comes to, and how many faults it has."""

    number: int
    step: Step
    plan: PlanStep | None
    faults: int


def choices(session: Session) -> dict[str, Any]:
    """Return what the form of a step offers."""
    return {
        "centers": work_centers(session, _CENTERS).items, "skills": skills(session, _SKILLS).items, "bases": BASES,
        "data_kinds": DATA,
    }  # fmt: skip


def desk(session: Session, actor: Actor, view: TemplateView, asked: str | None, find: str = "") -> dict[str, Any]:
    """Return everything about a draft that changes with each edit; `asked` is the selected step, else the first."""
    document = records.document_of(view)
    made = publishing.outline_of(session, actor, view)
    place = next((number for number, step in enumerate(document.steps) if step.key == asked), 0)
    selected = document.steps[place]
    planned = {step.key: step for step in made.plan.steps}
    lines, before, behind = _lines(document.steps, planned, made.faults, place, find)
    return {
        "draft": view, "document": document, "selected": selected, "place": place, "plan": made.plan,
        "faults": made.faults, "told": _by_field(made.faults, selected.key), "lines": lines, "earlier": before,
        "later": behind, "find": find, "planned": planned, "sketch": sketch(made),
        "faulty": {fault.step for fault in made.faults}, "history": revisions.history(session, view.id),
        "names": {step.key: step.name for step in document.steps}, "circles": _circles(made),
        "pictures": attachments.of_step(session, view.id, selected.key) if actor.may(Permission.FILES_READ) else (),
    }  # fmt: skip


def _lines(
    steps: Sequence[Step], planned: dict[str, PlanStep], faults: Sequence[Fault], place: int, find: str
) -> tuple[list[Line], str | None, str | None]:
    """Return the steps to list, and the keys that lead to those before and behind a stretch of a long list."""
    counts: defaultdict[str | None, int] = defaultdict(int)
    for fault in faults:
        counts[fault.step] += 1
    wanted = find.casefold()
    shown = [
        (number, step) for number, step in enumerate(steps)
        if not wanted or wanted in step.key.casefold() or wanted in step.name.casefold()
    ]  # fmt: skip
    middle = next((rank for rank, (number, _) in enumerate(shown) if number >= place), 0)
    first = max(0, min(middle - LISTED // 2, len(shown) - LISTED))
    stretch = shown[first : first + LISTED]
    lines = [Line(number + 1, step, planned.get(step.key), counts[step.key]) for number, step in stretch]
    before = shown[max(0, first - LISTED // 2)][1].key if first else None
    last = first + LISTED
    behind = shown[min(len(shown) - 1, last + LISTED // 2)][1].key if last < len(shown) else None
    return lines, before, behind


def _by_field(faults: Sequence[Fault], key: str) -> dict[str, list[str]]:
    told: defaultdict[str, list[str]] = defaultdict(list)
    for fault in faults:
        if fault.step == key:
            told[FAULT_FIELDS[fault.kind]].append(fault.message)
    return dict(told)


def _circles(made: Outline) -> frozenset[str]:
    """Return the steps that wait for each other."""
    return frozenset(key for fault in made.faults for key in fault.path)
