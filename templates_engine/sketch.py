"""Where an editor draws the steps and links of a draft, finished or not: places only, no words and no colours."""

from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap

from models.messages.templates import PlanStep
from templates_engine.drawing import MOST_STEPS
from templates_engine.layout import CARD_HEIGHT, CARD_WIDTH, place
from templates_engine.outline import Outline

_LETTERS = 24  # of a name per line, in the widest of the fonts a browser may fall back to


@dataclass(frozen=True, slots=True)
class Card:
    """One step: its plan, the left upper corner of its card, and its name in at most two lines."""

    step: PlanStep
    x: float
    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One link: kind is critical, plain, implied (by a longer path), broken (closes a circle) or rework."""

    before: str
    after: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing's size and everything on it."""

    width: float
    height: float
    cards: tuple[Card, ...]
    curves: tuple[Curve, ...]
    card_width: int = CARD_WIDTH
    card_height: int = CARD_HEIGHT


def sketch(made: Outline) -> Sketch | None:
    """Return where to draw a template; None where it has more steps than a picture can show."""
    plan = made.plan
    if len(plan.steps) > MOST_STEPS:
        return None
    ranks = {step.key: step.index for step in plan.steps}
    critical = set(pairwise(plan.critical_path))
    kinds = {
        (edge.step, step.index): "critical" if (edge.step, step.index) in critical
        else "implied" if edge.redundant else "plain"
        for step in plan.steps for edge in step.predecessors
    }  # fmt: skip
    back = {(ranks[before], ranks[after]): "broken" for before, after in made.left_out}
    back |= {(step.index, step.rework_to): "rework" for step in plan.steps if step.rework_to is not None}
    layout = place(len(plan.steps), tuple(kinds), tuple(back))
    curves = tuple(
        Curve(plan.steps[start].key, plan.steps[end].key, kind, route.curve)
        for ((start, end), kind), route in zip((*kinds.items(), *back.items()), layout.routes, strict=True)
    )
    cards = tuple(
        Card(step, x - CARD_WIDTH / 2, y - CARD_HEIGHT / 2, _lines(step))
        for step, (x, y) in zip(plan.steps, layout.centers, strict=True)
    )
    return Sketch(layout.width, layout.height, cards, curves)


def _lines(step: PlanStep) -> tuple[str, ...]:
    return tuple(wrap(step.name, _LETTERS - 2 * step.quality_gate, max_lines=2, placeholder="…"))
