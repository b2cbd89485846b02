"""`factoryos bench`: how fast the product is, as ratios to bare floors within one run."""

from typing import Annotated

import typer
from rich.console import Console

from deploy.commands.environment import refusals_explained

EXAMPLES = "Examples: factoryos bench · factoryos bench --quick --only throughput · factoryos bench --json > bench.json"


def bench(
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(help="One measurement by name, again for more: compile, history, latency, throughput, ..."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Shorter slices: rougher figures in about a minute.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Start the whole product on servers of its own, measure it, and print each ratio with its goal.

    Ends with 0 whether or not the goals are met: machines differ. Ends with 1 when something could not be measured.
    """
    from deploy.bench.figures import as_json, table
    from deploy.bench.run import NAMES, measure

    unknown = set(only or ()) - set(NAMES)
    if unknown:
        raise typer.BadParameter(
            f"There is no measurement {', '.join(sorted(unknown))}; choose from {', '.join(NAMES)}."
        )
    wanted = [name for name in NAMES if not only or name in only]
    with refusals_explained():
        figures = measure(wanted, quick=quick)
    if json:
        print(as_json(figures))
    else:
        Console().print(table(figures))
