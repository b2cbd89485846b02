"""What a draft comes to although it is not finished: its plan without what is wrong, and everything that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from models.messages.templates import CatalogFacts, Fault, Plan, Step, TemplateDocument, WorkCenterFacts
from templates_engine.assemble import Checked, assemble
from templates_engine.broken import cycles, graph_of
from templates_engine.columns import read_columns
from templates_engine.compile import compile_template
from templates_engine.network import reach, read_edges, reorder, reverse, topological_order
from templates_engine.part_lines import LineReader
from templates_engine.refusal import TemplateRefused

_NOWHERE, _FREE = UUID(int=0), Decimal(0)


@dataclass(frozen=True, slots=True)
class Outline:
    """A draft's plan as far as it goes; `left_out` are links (before, after) without which there is no circle."""

    plan: Plan
    faults: tuple[Fault, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def outline(document: TemplateDocument, catalog: CatalogFacts) -> Outline:
    """Return the plan of a draft and its faults; with faults the plan lacks the lines, links and rates at fault."""
    try:
        return Outline(compile_template(document, catalog), ())
    except TemplateRefused as refused:
        steps, left_out = _without_circles(_own(document.steps))
        mended = document.model_copy(update={"steps": steps})
        return Outline(assemble(_checked(mended, catalog)), refused.faults, left_out)


def _own(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Keep of steps with one key the first, and of each only links to steps that are there, once."""
    known = {step.key: step for step in reversed(steps)}
    return tuple(
        step.model_copy(
            update={"after": tuple({link.step: link for link in step.after if link.step in known}.values())}
        )
        for step in steps
        if known[step.key] is step
    )


def _without_circles(steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], tuple[tuple[str, str], ...]]:
    """Leave out one link of each circle until there is none."""
    left_out: list[tuple[str, str]] = []
    while topological_order((edges := read_edges(steps)).predecessors) is None:
        closing = {(steps[path[-2]].key, steps[path[-1]].key) for path in cycles(graph_of(edges.predecessors))}
        left_out.extend(sorted(closing))
        steps = tuple(
            step.model_copy(
                update={"after": tuple(link for link in step.after if (link.step, step.key) not in closing)}
            )
            for step in steps
        )
    return steps, tuple(left_out)


def _checked(document: TemplateDocument, catalog: CatalogFacts) -> Checked:
    edges = read_edges(document.steps)
    order = topological_order(edges.predecessors) or ()
    steps = [document.steps[position] for position in order]
    ranks = {step.key: number for number, step in enumerate(steps)}
    predecessors = reorder(edges.predecessors, order)
    successors = reverse(predecessors)
    network = reach(successors)
    columns = read_columns(steps)
    targets = tuple(
        target if target in ranks and step.quality_gate and network.leads_to(ranks[target], number) else None
        for number, (step, target) in enumerate(zip(steps, columns.rework_to, strict=True))
    )
    reader = LineReader(document.product, catalog, [])
    parts = reader.read(steps, columns.parts)
    return Checked(
        document=document,
        catalog=catalog.model_copy(update={"work_centers": _places(steps, catalog)}),
        ranks=ranks,
        columns=columns._replace(rework_to=targets),
        sends={(ranks[before], ranks[key]): pieces for before, key, pieces in edges.sends},
        parts=parts,
        part_totals=reader.totals(),
        predecessors=predecessors,
        successors=successors,
        network=network,
    )


def _places(steps: Sequence[Step], catalog: CatalogFacts) -> dict[str, WorkCenterFacts]:
    """Return the work centres with a free one for each that is not known."""
    return {
        step.work_center: catalog.work_centers.get(step.work_center)
        or WorkCenterFacts(
            id=_NOWHERE, code=step.work_center, name=step.work_center, machines=1, cost_per_hour=_FREE,
            labor_cost_per_hour=_FREE,
        )
        for step in steps
    }  # fmt: skip
