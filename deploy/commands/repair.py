"""`factoryos repair`: rebuild Temporal's side from PostgreSQL."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy.commands.environment import refusals_explained

EXAMPLES = "Examples: factoryos repair · factoryos repair --all"


def repair(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Rebuild every open job, also those whose workflow seems well.")
    ] = False,
) -> None:
    """Start anew every open job and order whose workflow was lost, has ended, or knows less than the database.

    Use it after Temporal's database was lost or came back from an older backup. After a restore, restart the workers
    first, or use --all: a worker that lived through it may still answer from its memory. Running it again does no
    harm. Ends with 1 where Temporal knows more than PostgreSQL, which means that PostgreSQL itself is older than
    what people did: those jobs are left alone, for a person to decide.
    """
    from deploy.stack.temporal_setup import ensure_search_attributes
    from models.connections.temporal import connect
    from worker.repair import Report
    from worker.repair import repair as rebuild

    console = Console(stderr=True)
    columns = (TextColumn("Looking at open jobs"), BarColumn(), MofNCompleteColumn())

    async def run() -> Report:
        client = await connect()
        await ensure_search_attributes(client)
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("jobs", total=None)
            return await rebuild(
                client,
                everything=everything,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )

    with refusals_explained():
        report = asyncio.run(run())
    print(f"{len(report.sound)} jobs are well, {len(report.rebuilt)} rebuilt, {len(report.orders)} orders restarted.")
    for code in report.ahead:
        print(f"{code}: Temporal knows more than PostgreSQL. Restore a newer PostgreSQL backup, or rebuild with --all.")
    if report.ahead:
        raise typer.Exit(1)
