"""How commands reach the API: the options they share, and their refusals told to a person."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from deploy.client import Access, ApiClient, ApiRefused, NoLogIn, ServerAway
from deploy.commands.environment import FAILED, NOT_RUNNING

_SHOWN = 50
Connect = Callable[[], AbstractContextManager[ApiClient]]
Json = Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON, for programs.")]
_OPTIONS = {
    "url": typer.Option(envvar="FACTORYOS_URL", help="The server; the local one when left out."),
    "user": typer.Option(envvar="FACTORYOS_USER", help="The local stack's administrator when left out."),
    "password": typer.Option(envvar="FACTORYOS_PASSWORD", help="Better given by the environment."),
    "code": typer.Option(envvar="FACTORYOS_CODE", help="The second factor's code; asked for when it is needed."),
    "key": typer.Option(envvar="FACTORYOS_KEY", help="An API key instead of a log-in; best given by the environment."),
    "tenant": typer.Option(envvar="FACTORYOS_TENANT", help="The factory, where there are several."),
}


class NotThere(Exception):  # noqa: N818 - errors name the refusal
    """Nothing bears the code or id that was given."""


def connecting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where the API is and as whom; it is handed `connect`, which opens it."""
    own = signature(command)
    shared = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option])
        for name, option in _OPTIONS.items()
    ]

    @wraps(command)
    def reaching(**options: Any) -> None:  # noqa: ANN401 - a command's options are of any kind
        where = {name: options.pop(name) for name in _OPTIONS}
        command(**options, connect=partial(_connected, **where))

    asked = [parameter for name, parameter in own.parameters.items() if name != "connect"]
    reaching.__signature__ = own.replace(parameters=[*asked, *shared])  # type: ignore[attr-defined]  # as typer reads it
    return reaching


@contextmanager
def _connected(**where: str | None) -> Iterator[ApiClient]:
    """Open the API; a refusal is printed for a person and ends with 1, a server that is away with 3."""
    try:
        with ApiClient(Access.found(**where), _ask_code if sys.stdin.isatty() else None) as api:
            yield api
    except ApiRefused as refusal:
        first, *more = _told(refusal)
        errors().print(f"[bold red]Refused:[/] {escape(first)}", *map(escape, more), sep="\n  ", highlight=False)
        raise typer.Exit(FAILED) from refusal
    except NotThere as missing:
        errors().print(f"[bold red]Not there:[/] {escape(str(missing))}", highlight=False)
        raise typer.Exit(FAILED) from missing
    except (ServerAway, NoLogIn) as away:
        errors().print(f"[bold red]Stopped:[/] {escape(str(away))}", highlight=False)
        raise typer.Exit(NOT_RUNNING) from away


def _ask_code() -> str:
    """Ask the person for the second factor; what they type is not for programs that read our output."""
    return str(typer.prompt("Code of your authenticator app, or a recovery code", err=True))


def _told(refusal: ApiRefused) -> list[str]:
    """Return the refusal line by line, each sentence once, and what the command has to add to it."""
    document = refusal.document
    faults = [*document.get("problems", ()), *(fault["message"] for fault in document.get("faults", ()))]
    if faults:
        more = [f"... and {len(faults) - _SHOWN} more."] if len(faults) > _SHOWN else []
        return [f"{document['title']}:", *faults[:_SHOWN], *more]
    sentence, *others = refusal.lines()
    notes: list[str] = getattr(refusal, "__notes__", [])
    return [sentence, *(line for line in others if not line.endswith(sentence)), *notes]


def errors() -> Console:
    """Return the console for what goes wrong."""
    return Console(stderr=True)
