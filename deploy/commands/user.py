"""`factoryos user`: the factory's people, and a way back in for an administrator who is locked out."""

import os
from secrets import token_hex
from typing import Annotated

import typer
from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.markup import escape

from deploy.client import ApiClient
from deploy.commands.connected import Connect, Json, NotThere, connecting, errors
from deploy.commands.environment import FAILED, NOT_RUNNING
from deploy.commands.tables import cut, table
from models.messages.people import PersonDraft, PersonView

EXIT_CODES = "Exit codes: 0 well · 1 refused, or no such person · 2 wrong usage · 3 the server does not answer."
_LIST = f"Examples: factoryos user list · factoryos user list --role technician --search anna · {EXIT_CODES}"
_ADD = f"Example: factoryos user add anna --name 'Anna Berg' --role technician --with-password · {EXIT_CODES}"
_DEACTIVATE = f"Example: factoryos user deactivate anna · {EXIT_CODES}"
_WAY_IN = (
    "Example: factoryos user password ada · "
    "Exit codes: 0 well · 1 no such active person · 2 wrong usage · 3 nothing runs here and no DATABASE_URL is given."
)
_Name = Annotated[str, typer.Argument(help="User name.")]

app = typer.Typer(no_args_is_help=True, help="List, add and put out people.", epilog=EXIT_CODES)


def generated_password() -> str:
    """Return eighty random bits that can be read out and typed."""
    return "-".join(token_hex(2) for _ in range(5))


@app.command("list", epilog=_LIST)
@connecting
def list_(  # noqa: PLR0913 - one parameter per option
    *,
    role: Annotated[str | None, typer.Option(help="Only people with this role.")] = None,
    search: Annotated[str | None, typer.Option(help="Text in user name or name.")] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Those who were put out, instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most, by user name.")] = 200,
    json: Json = False,
    connect: Connect,
) -> None:
    """List people."""
    wanted = {"active": str(not inactive).lower(), "limit": str(min(limit, 200))}
    query = wanted | ({"role": role} if role else {}) | ({"q": search} if search else {})
    with connect() as api:
        people = [person for person, _ in zip(api.pages("/users", PersonView, **query), range(limit), strict=False)]
    if json:
        print(f"[{', '.join(person.model_dump_json() for person in people)}]")
        return
    shown = table("user", "name", "role", "teams", "last log-in", may_shrink=("name", "teams"))
    for person in people:
        seen = f"{person.last_log_in_at.astimezone():%Y-%m-%d %H:%M}" if person.last_log_in_at else "never"
        role_shown = person.role if person.kind == "person" else f"{person.role} (service)"
        teams = cut(" ".join(person.teams))
        shown.add_row(person.username, cut(person.display_name), role_shown, teams, seen)
    Console().print(shown if people else "There are no such people.")


@app.command(epilog=_ADD)
@connecting
def add(  # noqa: PLR0913 - one parameter per option
    username: _Name,
    *,
    name: Annotated[str, typer.Option(help="How they are called.")],
    role: Annotated[str, typer.Option(help="A built-in role, or one of the factory's own.")],
    email: Annotated[str | None, typer.Option(help="Where a new password can be sent.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as en or de; left out, their browser's.")] = None,
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "UTC",
    with_password: Annotated[
        bool, typer.Option("--with-password", help="Make a first password, and show it once.")
    ] = False,
    json: Json = False,
    connect: Connect,
) -> None:
    """Add a person; without a password they come in by invitation, or by resetting it by mail."""
    first = generated_password() if with_password else None
    try:
        draft = PersonDraft(
            username=username, display_name=name, role=role, email=email, language=language, time_zone=time_zone,
            password=SecretStr(first) if first else None,
        )  # fmt: skip
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise typer.BadParameter(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}.") from error
    content = draft.model_dump(mode="json", exclude_none=True) | ({"password": first} if first else {})
    with connect() as api:
        person = api.post("/users", PersonView, content)
    if json:
        print(person.model_dump_json(indent=2))
    else:
        print(f"Added {person.username} as {person.role}.")
    if first:
        Console(stderr=json).print(f"First password, shown only now: [cyan]{first}[/]", highlight=False)


@app.command(epilog=_DEACTIVATE)
@connecting
def deactivate(
    username: _Name,
    *,
    json: Json = False,
    connect: Connect,
) -> None:
    """Put a person out: their sessions and keys end at once, what they did stays."""
    with connect() as api:
        known = _find(api, username)
        person = api.delete(f"/users/{known.id}", PersonView, known.row_version)
    print(person.model_dump_json(indent=2) if json else f"{person.username} is out: nothing of theirs opens any more.")


def _find(api: ApiClient, username: str) -> PersonView:
    """Return the person of a user name. Raises NotThere."""
    people = api.pages("/users", PersonView, q=username, limit="200")
    found = next((person for person in people if person.username == username.lower()), None)
    if found is None:
        raise NotThere(f"There is nobody called {username}. `factoryos user list` shows everybody.")
    return found


@app.command(epilog=_WAY_IN)
def password(
    username: _Name,
    *,
    drop_second_factor: Annotated[
        bool, typer.Option("--drop-second-factor", help="Also forget a lost authenticator app and its recovery codes.")
    ] = False,
    tenant: Annotated[
        str | None, typer.Option(envvar="FACTORYOS_TENANT", help="The factory, where there are several.")
    ] = None,
) -> None:
    """Make a new password on the machine itself, for an administrator who is locked out; it is shown once.

    Goes straight to the database, so it needs no log-in and no running API. Every open session of the person ends.
    """
    if not os.environ.get("DATABASE_URL"):
        errors().print("[bold red]Stopped:[/] FactoryOS does not run here. Start it with `factoryos run`.")
        raise typer.Exit(NOT_RUNNING)
    from sqlalchemy.exc import OperationalError

    from deploy.way_in import UnknownPerson, WhichFactory, give_password

    made = generated_password()
    try:
        give_password(tenant, username, made, drop_second_factor=drop_second_factor)
    except (UnknownPerson, WhichFactory) as refusal:
        errors().print(f"[bold red]Refused:[/] {escape(str(refusal))}", highlight=False)
        raise typer.Exit(FAILED) from refusal
    except OperationalError as away:
        errors().print("[bold red]Stopped:[/] The database of DATABASE_URL does not answer.", highlight=False)
        raise typer.Exit(NOT_RUNNING) from away
    Console().print(f"New password of {escape(username.lower())}, shown only now: [cyan]{made}[/]", highlight=False)
