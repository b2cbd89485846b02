"""How commands reach the API: the options they share, and their refusals told to a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from deploy.client import Access, ApiClient, ApiRefused, NoLogIn, ServerAway
from deploy.commands.environment import FAILED, NOT_RUNNING

Url = Annotated[str | None, typer.Option(envvar="FACTORYOS_URL", help="The server; the local one when left out.")]
User = Annotated[
    str | None, typer.Option(envvar="FACTORYOS_USER", help="The local stack's administrator when left out.")
]
Password = Annotated[str | None, typer.Option(envvar="FACTORYOS_PASSWORD", help="Better given by the environment.")]
Tenant = Annotated[str | None, typer.Option(envvar="FACTORYOS_TENANT", help="The factory, where there are several.")]
Json = Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON, for programs.")]


class NotThere(Exception):  # noqa: N818 - errors name the refusal
    """Nothing bears the code or id that was given."""


@contextmanager
def connected(url: str | None, user: str | None, password: str | None, tenant: str | None) -> Iterator[ApiClient]:
    """Open the API; a refusal is printed for a person and ends with 1, a server that is away with 3."""
    try:
        with ApiClient(Access.found(url, user, password, tenant)) as api:
            yield api
    except ApiRefused as refusal:
        first, *more = refusal.lines()
        errors().print(f"[bold red]Refused:[/] {escape(first)}", *map(escape, more), sep="\n  ", highlight=False)
        raise typer.Exit(FAILED) from refusal
    except NotThere as missing:
        errors().print(f"[bold red]Not there:[/] {escape(str(missing))}", highlight=False)
        raise typer.Exit(FAILED) from missing
    except (ServerAway, NoLogIn) as away:
        errors().print(f"[bold red]Stopped:[/] {escape(str(away))}", highlight=False)
        raise typer.Exit(NOT_RUNNING) from away


def errors() -> Console:
    """Return the console for what goes wrong."""
    return Console(stderr=True)
