"""All measurements, by name, in the order they are made."""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from temporalio.client import Client

from deploy.bench import (
    access,
    compile_speed,
    histories,
    latency,
    ledger,
    long_job,
    page_times,
    statements,
    throughput,
    viewers,
)
from deploy.bench.factory import Factory
from deploy.bench.figures import Figure
from deploy.bench.stack import running_stack
from deploy.stack.plan import Plan
from models.connections.temporal import connect

Name = Literal[
    "compile",
    "history",
    "latency",
    "throughput",
    "statements",
    "access",
    "long-job",
    "ledger",
    "screen",
    "viewers",
    "pages",
]
NAMES: tuple[Name, ...] = get_args(Name)
_LONG, _LONG_QUICK = 5_000, 1_000


def compile_figures() -> list[Figure]:
    """Return how much slower a whole compilation is than the plain pass."""
    return [Figure("compile", f"compile ÷ plain pass, {what}", ratio, "x", at_most=2) for what, ratio in
            compile_speed.measure().items()]  # fmt: skip


def measure(names: Iterable[Name], *, quick: bool) -> list[Figure]:
    """Make the named measurements, on one stack, one after the other. Raises StackError, TapFailed."""
    wanted = [name for name in NAMES if name in set(names)]
    figures = compile_figures() if "compile" in wanted else []
    served = [name for name in wanted if name != "compile"]
    if served:
        with running_stack() as plan:
            figures += asyncio.run(_on_the_stack(plan, served, quick=quick))
    return figures


async def _on_the_stack(plan: Plan, names: Sequence[Name], *, quick: bool) -> list[Figure]:
    factory, client = Factory(plan.api_url), await connect()
    figures: list[Figure] = []
    for name in names:
        print(f"Measuring {name} ...", file=sys.stderr)
        found = await (_pages(plan, quick=quick) if name == "pages" else _one(name, factory, client, quick=quick))
        for each in found:
            print(f"  {each.what}: {each.value:.2f} {each.unit} {each.goal} {each.note}", file=sys.stderr)
        figures += found
    return figures


async def _pages(plan: Plan, *, quick: bool) -> list[Figure]:
    # Its requests run a loop of their own, in a thread where none runs yet.
    return await asyncio.to_thread(page_times.measure, plan, 5 if quick else 15)


async def _one(  # noqa: PLR0911 - one line for each measurement
    name: Name, factory: Factory, client: Client, *, quick: bool
) -> list[Figure]:
    match name:
        case "history":
            return await histories.measure(factory, client)
        case "latency":
            return await latency.measure(factory, client, 5, 20 if quick else 40)
        case "throughput":
            effort = throughput.Effort(3, 5) if quick else throughput.Effort(8, 5)
            return await throughput.measure(factory, client, effort)
        case "statements":
            return await statements.measure(factory)
        case "access":
            return await access.measure(factory, 2_000 if quick else 20_000)
        case "long-job":
            return await long_job.measure(factory, client, _LONG_QUICK if quick else _LONG)
        case "screen":
            from deploy.bench import screens  # the tools of development, needed by nothing else here

            return await screens.measure(factory, client, 20 if quick else 60)
        case "viewers":
            return await viewers.measure(factory, 10 if quick else 30)
        case _:
            return ledger.measure(factory, 5)
