"""How much slower a whole compilation is than the plain-Python pass over the same template."""

import random
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from uuid import UUID

from deploy.bench.plain_pass import plain_pass
from models.messages.templates import (
    CatalogFacts,
    PartFacts,
    PartLine,
    Predecessor,
    Step,
    TemplateDocument,
    WorkCenterFacts,
)
from models.rules.catalog import PartKind
from templates_engine.compile import compile_template

_PARTS, _REACH_BACK = 200, 50
_PAIRS = {1_000: 41, 10_000: 7}


def measure() -> dict[str, float]:
    """Return the ratio compile / plain pass, medians of alternating pairs, at 1,000 and 10,000 steps.

    The plain pass orders, reduces and schedules. `graph` compiles the same steps without part lines, so both do the
    same work, the compiler also checking, hashing and building the Plan; `with parts` adds a part line to each step.
    """
    catalog = _catalog()
    ratios: dict[str, float] = {}
    for size, count in _PAIRS.items():
        for with_parts in (False, True):
            document = _document(size, with_parts=with_parts)
            pairs = [
                _seconds(partial(compile_template, document, catalog)) / _seconds(partial(plain_pass, document))
                for _ in range(count)
            ]
            ratios[f"{size} steps, {'with parts' if with_parts else 'graph'}"] = statistics.median(pairs)
    return ratios


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()  # of this process alone, since the machine may be busy with others
    result = work()
    seconds = time.process_time() - started
    del result  # taking a large plan apart again is not part of compiling it
    return seconds


def _document(size: int, *, with_parts: bool) -> TemplateDocument:
    chance = random.Random(size)  # noqa: S311 - a repeatable template, not a secret
    steps = [_step(number, chance, with_parts=with_parts) for number in range(size)]
    chance.shuffle(steps)  # so that the order must be found and not only confirmed
    return TemplateDocument(product="BENCH", title="Benchmark", steps=tuple(steps))


def _step(number: int, chance: random.Random, *, with_parts: bool) -> Step:
    befores = {chance.randrange(max(0, number - _REACH_BACK), number) for _ in range(2)} if number else set()
    line = PartLine(part=f"PART-{chance.randrange(_PARTS)}", quantity=Decimal(chance.randrange(1, 20)))
    return Step(
        key=f"step-{number:05d}",
        name=f"Step {number}",
        after=tuple(Predecessor(step=f"step-{before:05d}") for before in sorted(befores)),
        work_center=f"WC-{number % 5}",
        setup_minutes=Decimal(chance.randrange(10)),
        run_minutes=Decimal(chance.randrange(1, 400)) / 4,
        parts=(line,) if with_parts else (),
    )


def _catalog() -> CatalogFacts:
    cost = Decimal("1.25")
    return CatalogFacts(
        parts={
            f"PART-{number}": PartFacts(
                id=UUID(int=number), sku=f"PART-{number}", name="Part", uom="pcs", kind=PartKind.BOUGHT, unit_cost=cost
            )
            for number in range(_PARTS)
        },
        work_centers={
            f"WC-{number}": WorkCenterFacts(
                id=UUID(int=number),
                code=f"WC-{number}",
                name="Bench",
                machines=1,
                cost_per_hour=cost,
                labor_cost_per_hour=cost,
            )
            for number in range(5)
        },
    )


if __name__ == "__main__":
    for name, ratio in measure().items():
        print(f"{name:28} {ratio:5.2f} x the plain pass")
