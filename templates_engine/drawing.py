"""Draws a Plan as one SVG: for the page, the live view, the document and the picture in a README."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import wrap

from models.messages.templates import Plan, PlanStep
from models.rules.sentences import Sentence
from models.rules.work_orders import WorkOrderState
from templates_engine.drawing_style import HELD, LOOKS, MARKERS, STYLE, Look
from templates_engine.layout import CARD_HEIGHT, CARD_WIDTH, Edge, Layout, Route, place

MOST_STEPS = 300
Say = Callable[[str], str]
WORDS = (
    *(look.word for look in (*LOOKS.values(), HELD)), "for one", "attempt %(number)s", "%(minutes)s min slack",
    "on the critical path", "optional", "quality gate", "critical path, %(minutes)s min", "then",
    "rejected pieces go back",
)  # fmt: skip
_MARGIN, _FOOT, _HOUR = 20, 44, 60
_LETTERS = 24  # of a name per line, in the widest of the fonts a browser may fall back to


class DrawingTooLarge(ValueError):  # noqa: N818 - errors name the refusal
    """A Plan with more steps than a picture can show."""

    def __init__(self, steps: int) -> None:
        super().__init__(
            Sentence(
                "A drawing shows at most {most} steps; this plan has {steps}. Use the list instead.",
                most=MOST_STEPS, steps=steps,
            )
        )  # fmt: skip
        self.steps = steps


@dataclass(frozen=True, slots=True)
class StepMark:
    """Where one step of a running job stands."""

    state: WorkOrderState
    attempt: int = 1
    held: bool = False


def draw(plan: Plan, marks: Mapping[str, StepMark] | None = None, say: Say = str) -> str:
    """Return the SVG text of a Plan, each step a focusable group with its key, state and title.

    `marks` tells by step key where a job stands; without it the bare plan is drawn. `say` turns our words, of WORDS,
    into another language. Edges that a longer path implies are left out. Raises DrawingTooLarge.
    """
    if len(plan.steps) > MOST_STEPS:
        raise DrawingTooLarge(len(plan.steps))
    forward = tuple((edge.step, step.index) for step in plan.steps for edge in step.predecessors if not edge.redundant)
    back = tuple((step.index, step.rework_to) for step in plan.steps if step.rework_to is not None)
    layout = place(len(plan.steps), forward, back)
    critical = set(pairwise(plan.critical_path))
    return "\n".join(_svg(plan, marks or {}, layout, (forward, back), critical, say))


def _svg(  # noqa: PLR0913, PLR0917 - a picture has this many parts
    plan: Plan,
    marks: Mapping[str, StepMark],
    layout: Layout,
    edges: tuple[tuple[Edge, ...], tuple[Edge, ...]],
    critical: set[Edge],
    say: Say,
) -> Iterator[str]:
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN + _FOOT
    forward, back = edges
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plan-drawing" role="group" '
        f'aria-label="{escape(plan.title)}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">'
    )
    yield f"<style>{STYLE}</style>{MARKERS}"
    yield f'<rect class="pd-ground" width="{width:.0f}" height="{height:.0f}" rx="14"/>'
    yield f'<g transform="translate({_MARGIN} {_MARGIN})">'
    yield '<g aria-hidden="true">'
    for edge, route in zip((*forward, *back), layout.routes, strict=True):
        yield _edge(edge, route, "critical" if edge in critical else "plain" if edge in forward else "rework", plan)
    yield "</g>"
    for step in plan.steps:
        yield _card(
            step, marks.get(step.key), layout.centers[step.index], say, on_path=step.index in plan.critical_path
        )
    yield "</g>"
    yield _legend(plan, width, height, say)
    yield "</svg>"


def _edge(edge: Edge, route: Route, kind: str, plan: Plan) -> str:
    before, after = (escape(plan.steps[number].key) for number in edge)
    return (
        f'<path class="pd-edge pd-{kind}" data-from="{before}" data-to="{after}" '
        f'marker-end="url(#pd-{kind})" d="{route.curve}"/>'
    )


def _card(step: PlanStep, mark: StepMark | None, center: tuple[float, float], say: Say, *, on_path: bool) -> str:
    look = None if mark is None else HELD if mark.held else LOOKS[mark.state]
    left, top = center[0] - CARD_WIDTH / 2, center[1] - CARD_HEIGHT / 2
    classes = ["pd-step", *(["pd-on-path"] if on_path else []), *(["pd-optional"] if step.optional else [])]
    names = wrap(step.name, _LETTERS - 2 * step.quality_gate, max_lines=2, placeholder="…")
    lines = "".join(
        f'<text class="pd-name" x="14" y="{19 + 15 * number + (0 if len(names) > 1 else 5)}">{escape(line)}</text>'
        for number, line in enumerate(names)
    )
    return (
        f'<g class="{" ".join(classes)}" tabindex="0" role="group" data-step="{escape(step.key)}" '
        f'data-state="{mark.state.value if mark else ""}" data-critical="{str(step.critical).lower()}" '
        f'transform="translate({left:.1f} {top:.1f})"><title>{escape(_title(step, mark, look, say))}</title>'
        f'<rect class="pd-card" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" rx="9"/>{lines}'
        f'<text class="pd-meta" x="14" y="52">{escape(step.work_center[:12])} · {_minutes(step)}</text>'
        f"{_corner(step, mark, say)}{_pill(look, mark, say)}</g>"
    )


def _title(step: PlanStep, mark: StepMark | None, look: Look | None, say: Say) -> str:
    facts = [step.name, f"{step.work_center}, {_minutes(step)} {say('for one')}"]
    if look is not None and mark is not None:
        facts.append(
            say(look.word) + (f", {say('attempt %(number)s') % {'number': mark.attempt}}" if mark.attempt > 1 else "")
        )
    slack = say("%(minutes)s min slack") % {"minutes": f"{step.slack:f}"}
    facts.append(say("on the critical path") if step.critical else slack)
    facts += [say("optional")] if step.optional else []
    facts += [say("quality gate")] if step.quality_gate else []
    return " · ".join(facts)


def _minutes(step: PlanStep) -> str:
    minutes = step.setup_minutes + step.run_minutes
    if minutes < 2 * _HOUR:
        return f"{format(minutes.normalize(), 'f')} min"
    return f"{int(minutes // _HOUR)} h {int(minutes % _HOUR):02} min"


def _corner(step: PlanStep, mark: StepMark | None, say: Say) -> str:
    """Mark a quality gate by a diamond, and an optional step by its word where no state takes the place."""
    if step.quality_gate:
        return f'<path class="pd-gate" d="M{CARD_WIDTH - 18} 7l7 7l-7 7l-7 -7z"/>'
    if step.optional and mark is None:
        return f'<text class="pd-meta" x="{CARD_WIDTH - 12}" y="52" text-anchor="end">{escape(say("optional"))}</text>'
    return ""


def _pill(look: Look | None, mark: StepMark | None, say: Say) -> str:
    """Say the state three times over: by colour, by icon and by word."""
    if look is None or mark is None:
        return ""
    word = say(look.word) + (f" #{mark.attempt}" if mark.attempt > 1 else "")
    width = 27 + 7.2 * len(word)
    return (
        f'<g transform="translate({CARD_WIDTH - width - 8:.1f} {CARD_HEIGHT - 25})">'
        f'<rect width="{width:.1f}" height="18" rx="9" fill="{look.ground}"/>'
        f'<path transform="translate(6 3)" d="{look.icon}" fill="none" stroke="{look.ink}" stroke-width="1.8" '
        f'stroke-linecap="round" stroke-linejoin="round"/>'
        f'<text class="pd-word" x="21" y="13" fill="{look.ink}">{escape(word)}</text></g>'
    )


def _legend(plan: Plan, width: float, height: float, say: Say) -> str:
    """Explain the lines at the foot of the picture."""
    foot = height - _FOOT / 2 - 4
    way = say("critical path, %(minutes)s min") % {"minutes": f"{plan.totals.critical_minutes:f}"}
    entries = [("critical", way), ("plain", say("then"))]
    entries += [("rework", say("rejected pieces go back"))] if any(step.rework_loop for step in plan.steps) else []
    x, made = float(_MARGIN), []
    for kind, words in entries:
        made.append(
            f'<path class="pd-edge pd-{kind}" marker-end="url(#pd-{kind})" d="M{x:.0f},{foot:.0f} h34"/>'
            f'<text class="pd-meta" x="{x + 48:.0f}" y="{foot + 4:.0f}">{escape(words)}</text>'
        )
        x += 72 + 6.6 * len(words)
    if any(step.quality_gate for step in plan.steps) and x + 90 < width:
        made.append(
            f'<path class="pd-gate" d="M{x + 7:.0f} {foot - 7:.0f}l7 7l-7 7l-7 -7z"/>'
            f'<text class="pd-meta" x="{x + 22:.0f}" y="{foot + 4:.0f}">{escape(say("quality gate"))}</text>'
        )
    return f'<g aria-hidden="true">{"".join(made)}</g>'
