"""`factoryos seed`: the demo factory, for looking around."""

import os
from typing import Annotated

import typer
from rich.console import Console

from deploy.commands.environment import NOT_RUNNING
from deploy.commands.welcome import people_table
from deploy.stack.private_file import write_private
from deploy.stack.state import State

EXAMPLES = (
    "Examples: factoryos seed · factoryos seed --people-only · "
    "Exit codes: 0 well · 1 failed · 3 nothing runs here and no DATABASE_URL is given."
)


def seed(
    *,
    people_only: Annotated[
        bool, typer.Option("--people-only", help="Only the factory and its people, no history.")
    ] = False,
) -> None:
    """Fill in the demo factory: its people, and two weeks of history. Safe to run again.

    What is there stays; only the passwords of its people are made anew, and shown.
    """
    if not os.environ.get("DATABASE_URL"):
        Console(stderr=True).print("[bold red]Stopped:[/] FactoryOS does not run here. Start it with `factoryos run`.")
        raise typer.Exit(NOT_RUNNING)
    from deploy.seed import seed_demo_factory, seed_people

    log_ins = seed_people() if people_only else seed_demo_factory()
    state = State.default()
    if state.home.is_dir():
        write_private(state.log_ins_file, [vars(log_in) for log_in in log_ins])
    Console().print(people_table(log_ins))
