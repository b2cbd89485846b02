"""Commands from another shell find the running stack: its environment becomes theirs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from deploy.stack.errors import StackError
from deploy.stack.state import State

FAILED = 1
NOT_RUNNING = 3
_DECIDE_FOR_THEMSELVES = {"run", "demo", "status", "stop", "mail", "tls"}


def adopt(context: typer.Context) -> None:
    """FactoryOS: run, watch and look after your factory's system."""
    if context.invoked_subcommand in _DECIDE_FOR_THEMSELVES:
        return
    running = State.default().run_file.living()
    for name, value in (running.environment if running else {}).items():
        os.environ.setdefault(name, value)


@contextmanager
def refusals_explained() -> Iterator[None]:
    """Print a StackError as the message it is and end with exit code 1, without a traceback."""
    try:
        yield
    except StackError as error:
        Console(stderr=True).print(f"[bold red]Stopped:[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(FAILED) from error
