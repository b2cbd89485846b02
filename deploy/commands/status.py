"""`factoryos status`: who runs, and whether it is well."""

import time
from datetime import timedelta
from pathlib import Path

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from deploy.commands.environment import FAILED, NOT_RUNNING
from deploy.stack.errors import NotReady
from deploy.stack.run_file import Running
from deploy.stack.state import State

EXAMPLES = "Examples: factoryos status · FACTORYOS_HOME=/srv/factoryos factoryos status"


def status() -> None:
    """Show each process with its health, asked in its own protocol.

    Ends with 0 when all is well, 3 when nothing runs, 1 when something is wrong.
    """
    state = State.default()
    run = state.run_file.living()
    if run is None:
        print(f"FactoryOS does not run from {state.home}. Start it with `make run` or `factoryos run`.")
        raise typer.Exit(NOT_RUNNING)
    print(f"FactoryOS in {state.home}, up {_up(run.since)}; logs in {state.logs}")
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("process", "pid", "up", "deaths", "health", "address", "log"):
        table.add_column(heading, overflow="fold")
    troubles = [_trouble(each) for each in run.processes]
    for each, trouble in zip(run.processes, troubles, strict=True):
        health = f"[red]{trouble}[/]" if trouble else "[green]well[/]"
        up = "-" if not each.process.alive else _up(each.since)
        table.add_row(each.name, str(each.process.pid), up, str(each.deaths), health, each.address, Path(each.log).name)
    Console().print(table)
    if any(troubles) or not run.processes:
        raise typer.Exit(FAILED)


def _trouble(running: Running) -> str:
    """Return what is wrong with a process, or nothing."""
    if not running.process.alive:
        return "dead"
    try:
        running.probe.ask()
    except NotReady as reason:
        return str(reason).splitlines()[0]
    return ""


def _up(since: float) -> str:
    return str(timedelta(seconds=int(time.time() - since)))
