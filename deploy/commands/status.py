"""`factoryos status`: who runs, and whether it is well."""

import os
import time
from collections.abc import Mapping
from datetime import timedelta

import typer
from rich.console import Console
from rich.markup import escape

from deploy.commands.environment import FAILED, NOT_RUNNING
from deploy.commands.tables import table
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
    print(f"FactoryOS in {state.home}, up {_up(run.since)}; logs in {state.logs}/<process>.log")
    rows = table("process", "pid", "up", "deaths", "address", "health", may_shrink=("health",))
    troubles = [_trouble(each) for each in run.processes]
    for each, trouble in zip(run.processes, troubles, strict=True):
        health = f"[red]{escape(trouble)}[/]" if trouble else "[green]well[/]"
        up = "-" if not each.process.alive else _up(each.since)
        rows.add_row(each.name, str(each.process.pid), up, str(each.deaths), each.address, health)
    Console().print("", rows, highlight=False)
    if told := _mail(run.environment):
        print(told)
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


def _mail(environment: Mapping[str, str]) -> str:
    """Return how the mail goes, where there is something to tell and the database answers."""
    if "DATABASE_URL" not in environment:
        return ""
    from sqlalchemy.exc import SQLAlchemyError

    from models.connections.postgres import unbound
    from models.records import mail

    os.environ.update(environment)
    try:
        with unbound() as connection:
            state = mail.state(connection)
    except SQLAlchemyError:
        return ""
    told = [f"{state.waiting} waiting to be sent"] if state.waiting else []
    told += [f"{state.given_up} given up this week; the workers' logs say why"] if state.given_up else []
    return f"Mail: {', '.join(told)}" if told else ""


def _up(since: float) -> str:
    return str(timedelta(seconds=int(time.time() - since)))
