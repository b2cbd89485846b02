"""`factoryos run`: the whole product on one box, in the foreground."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy.commands.environment import refusals_explained
from deploy.commands.migrate import bring_up_to_date
from deploy.commands.welcome import welcome
from deploy.log_ins import LogIn
from deploy.stack.plan import Plan, make_plan
from deploy.stack.ports import choose
from deploy.stack.private_file import write_private
from deploy.stack.state import State
from deploy.stack.supervisor import Supervisor
from deploy.tls import TlsFiles, renew_if_due

EXAMPLES = "Examples: factoryos run · factoryos run --port 8080 · factoryos run --ports auto"


def run(
    port: Annotated[
        int | None, typer.Option(help="Port of the API and its pages; else FACTORYOS_PORT, else 8000.")
    ] = None,
    ports: Annotated[
        Literal["fixed", "auto"], typer.Option(envvar="FACTORYOS_PORTS", help="The usual ports, or free ones.")
    ] = "fixed",
) -> None:
    """Start servers, API and workers, and stay until Ctrl-C. A second run finds all data again.

    A server named in the environment (DATABASE_URL, MONGO_URL, TEMPORAL_ADDRESS) is used instead of being started.
    Ends with 0 when asked to stop, with 1 when something could not be started or kept alive.
    """
    state = State.default()
    with refusals_explained():
        state.create()
        with state.locked():
            state.run_file.end_leftovers()
            renew_if_due(TlsFiles(state.tls), datetime.now(UTC))
            plan = make_plan(state, choose(os.environ, auto=ports == "auto", api=port), os.environ)
            plan.check_ports()
            plan.check_external()
            _stay(plan, _Voice())


class _Voice:
    """Speaks to the terminal; one that was closed meanwhile must not keep us from stopping what we started."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    def say(self, text: str) -> None:
        self.show(escape(text))

    def show(self, thing: RenderableType) -> None:
        with suppress(OSError):
            self._console.print(thing, highlight=False)

    @contextmanager
    def progress(self, words: str) -> Iterator[Callable[[int, int], None]]:
        """Show a bar where it is a terminal, else the words alone; what is given is told (done, of)."""
        self.say(f"{words} ...")
        with Progress(
            TextColumn("  day"), BarColumn(), MofNCompleteColumn(), console=self._console, transient=True
        ) as bar:
            task = bar.add_task("days", total=None)
            yield lambda done, of: bar.update(task, completed=done, total=of)


def _stay(plan: Plan, voice: _Voice) -> None:
    """Start everything, show where it is, watch, and stop everything whatever happens."""
    supervisor = Supervisor(plan.state.run_file, voice.say, plan.environment)
    supervisor.catch_signals()
    try:
        voice.say(f"Starting {', '.join(server.name for server in plan.servers) or 'without servers of our own'} ...")
        supervisor.start(*plan.servers)
        log_ins = [] if supervisor.stopping else _prepare_data(plan, voice)
        if not supervisor.stopping:
            voice.say("Starting API and workers ...")
            supervisor.start(*plan.processes())
        if not supervisor.stopping:
            voice.show(welcome(plan, log_ins))
        supervisor.watch()
    finally:
        voice.say("Stopping ...")
        supervisor.stop()
        voice.say("Stopped. All data is kept.")


def _prepare_data(plan: Plan, voice: _Voice) -> list[LogIn]:
    """Bring the schema up to date and, the first time, fill in the demo factory where wanted; returns its log-ins."""
    os.environ.update(plan.environment)
    bring_up_to_date()
    from models.connections.settings import settings

    kept = plan.state.log_ins_file
    if not kept.exists() and not settings().fills_in_demo:
        return []
    if not kept.exists():
        from deploy.seed import seed_demo_factory

        # The note is written last: a seed cut short is run again, and must stand that.
        with voice.progress("Filling in the demo factory: two weeks of work") as told:
            write_private(kept, [vars(log_in) for log_in in seed_demo_factory(told)])
    return [LogIn(**each) for each in json.loads(kept.read_text(encoding="utf-8"))]
