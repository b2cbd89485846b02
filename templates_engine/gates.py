"""Quality gates: where rejected pieces go back to, and which steps are redone then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.messages.templates import Fault, FaultKind, Step
from models.rules.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from templates_engine.network import Neighbours, Reach


def gate_faults(
    steps: Sequence[Step],
    targets: Sequence[str | None],
    positions: Mapping[str, int],
    leads_to: Callable[[int, int], bool],
) -> list[Fault]:
    """Return a fault for each rework target that is no ancestor of its gate, and for each on a step without gate.

    `targets` are the steps' own; `leads_to` tells whether a path runs from one of `positions` to another.
    """
    faults: list[Fault] = []
    for number, target in enumerate(targets):
        if target is None:
            continue
        step = steps[number]
        named = {"step": step.key, "target": target}
        if not step.quality_gate:
            text = Sentence("Step '{step}' sends rework to '{target}' but is not a quality gate.", **named)
        elif target not in positions:
            text = Sentence("Gate '{step}' sends rework to '{target}', which is not a step of this template.", **named)
        elif not leads_to(positions[target], positions[step.key]):
            text = Sentence("Gate '{step}' sends rework to '{target}', which does not come before it.", **named)
        else:
            continue
        faults.append(Fault(kind=FaultKind.BAD_GATE, step=step.key, message=text))
    return faults


def rework_loop(target: int, gate: int, predecessors: Neighbours, network: Reach) -> tuple[int, ...]:
    """Return the steps on any path from the rework target to the gate, both included, in order."""
    loop = {target, gate}
    waiting = [gate]
    while waiting:
        for before in predecessors[waiting.pop()]:
            if before not in loop and network.leads_to(target, before):
                loop.add(before)
                waiting.append(before)
    return tuple(sorted(loop))
