"""Compiles an authored template into a frozen Plan, or refuses it with all of its faults."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import compress

from models.messages.templates import CatalogFacts, Fault, FaultKind, Plan, Step, TemplateDocument
from models.rules.sentences import Sentence
from templates_engine.assemble import Checked, assemble
from templates_engine.columns import Columns, read_columns
from templates_engine.gates import gate_faults
from templates_engine.network import (
    Edges,
    in_order,
    islands,
    reach,
    read_edges,
    reorder,
    repeat_faults,
    reverse,
    topological_order,
)
from templates_engine.part_lines import LineReader
from templates_engine.refusal import TemplateRefused
from templates_engine.step_checks import data_faults, skill_faults


def compile_template(document: TemplateDocument, catalog: CatalogFacts) -> Plan:
    """Return the Plan of a template; times and totals are for one unit.

    Raises TemplateRefused with every fault found; each names its step.
    """
    with _collector_paused():
        return assemble(_check(document, catalog))


def order_faults(steps: Sequence[Step]) -> tuple[Fault, ...]:
    """Return what is wrong with keys and predecessors alone: used twice, unknown, or in a circle."""
    edges = read_edges(steps)
    if topological_order(edges.predecessors) is None:
        _explain_broken(steps, edges)
    return tuple(fault for fault in _sorted(edges) if fault.kind is not FaultKind.UNREACHABLE)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking a Plan again and again while it grows: it holds no cycles to find."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check(document: TemplateDocument, catalog: CatalogFacts) -> Checked:
    steps = document.steps
    edges = read_edges(steps)
    order = topological_order(edges.predecessors)
    ordered = steps if order is None or in_order(order) else [steps[position] for position in order]
    columns = read_columns(ordered)
    edges.faults.extend(_step_faults(ordered, columns, catalog))
    reader = LineReader(document.product, catalog, edges.faults)
    parts = reader.read(ordered, columns.parts)
    if order is None or edges.dangling:
        _explain_broken(steps, edges)
        raise TemplateRefused(_sorted(edges))
    predecessors = reorder(edges.predecessors, order)
    successors = reverse(predecessors)
    network = reach(successors)
    # A predecessor listed twice looks like an edge implied by another path, so only those are suspects.
    edges.faults.extend(repeat_faults(ordered, predecessors, {after for _, after in network.redundant}))
    edges.faults.extend(_island_faults(ordered, predecessors, successors))
    ranks = edges.positions if ordered is steps else {key: number for number, key in enumerate(columns.key)}
    edges.faults.extend(gate_faults(ordered, columns.rework_to, ranks, network.leads_to))
    if edges.faults:
        raise TemplateRefused(_sorted(edges))
    return Checked(
        document=document,
        catalog=catalog,
        ranks=ranks,
        columns=columns,
        sends={(ranks[before], ranks[key]): pieces for before, key, pieces in edges.sends},
        parts=parts,
        part_totals=reader.totals(),
        predecessors=predecessors,
        successors=successors,
        network=network,
    )


def _step_faults(steps: Sequence[Step], columns: Columns, catalog: CatalogFacts) -> Iterator[Fault]:
    unknown = set(columns.work_center).difference(catalog.work_centers)
    if unknown:
        for step in steps:
            if step.work_center in unknown:
                text = Sentence(
                    "Step '{step}' runs at work centre '{center}', which is not known.",
                    step=step.key, center=step.work_center,
                )  # fmt: skip
                yield Fault(kind=FaultKind.UNKNOWN_WORK_CENTER, step=step.key, message=text)
    for step in compress(steps, columns.data):
        yield from data_faults(step)
    for step in compress(steps, columns.skills):
        yield from skill_faults(step, catalog.skills)


def _explain_broken(steps: Sequence[Step], edges: Edges) -> None:
    # networkx costs more than a whole compilation, so it only comes to explain what is broken.
    from networkx import has_path

    from templates_engine.broken import explain, graph_of

    graph = graph_of(edges.predecessors)
    edges.faults.extend(repeat_faults(steps, edges.predecessors, range(len(steps))))
    edges.faults.extend(explain(graph, steps, edges.dangling))
    edges.faults.extend(
        gate_faults(
            steps,
            [step.rework_to for step in steps],
            edges.positions,
            lambda start, end: start != end and has_path(graph, start, end),
        )
    )


def _island_faults(steps: Sequence[Step], predecessors: list[list[int]], successors: list[list[int]]) -> list[Fault]:
    if sum(not befores for befores in predecessors) == 1 or sum(not afters for afters in successors) == 1:
        return []  # all steps follow one start or lead to one end, so they hang together
    faults: list[Fault] = []
    for group in islands(predecessors, successors):
        key = steps[group[0]].key
        text = Sentence(
            "Step '{step}' and the steps joined to it, {count} in all, cannot be reached from the other steps, nor "
            "lead to them."
            if len(group) > 1
            else "Step '{step}' cannot be reached from the other steps, nor lead to them.",
            step=key, count=len(group),
        )  # fmt: skip
        path = tuple(steps[number].key for number in group)
        faults.append(Fault(kind=FaultKind.UNREACHABLE, step=key, message=text, path=path))
    return faults


def _sorted(edges: Edges) -> tuple[Fault, ...]:
    """Put the faults in the order of the steps they name, so that an author can work them off."""
    return tuple(sorted(edges.faults, key=lambda fault: edges.positions.get(fault.step or "", -1)))
