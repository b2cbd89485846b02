"""`factoryos licence`: the licence of an installation, and for whoever sells them the key and the signature."""

import os
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from deploy.commands.connected import Connect, Json, connecting, errors
from deploy.commands.environment import FAILED
from models.connections.ids import new_id
from models.messages.licensing import Licence, LicenceView
from models.rules.licensing import Standing

EXIT_CODES = "Exit codes: 0 well · 1 refused, the reason is printed · 2 wrong usage · 3 the server does not answer."
_KEYS = f"Example: factoryos licence keys vendor.pem · {EXIT_CODES}"
_ISSUE = (
    f"Example: factoryos licence issue vendor.pem --holder 'Berg GmbH' --seats 60 --until 2027-12-31 · {EXIT_CODES}"
)
_WORDS = {
    Standing.NOT_NEEDED: "No licence is needed here: this is a service for many factories.",
    Standing.COMMUNITY: "There is no licence; the community allowance holds.",
    Standing.VALID: "The licence is in force.",
    Standing.ENDING: "The licence ends soon.",
    Standing.ENDED: "The licence has ended; work goes on, and the community allowance holds for new people.",
}

app = typer.Typer(no_args_is_help=True, help="Show and install a licence; sign licences as their vendor.")


@app.command(epilog=EXIT_CODES)
@connecting
def show(*, json: Json = False, connect: Connect) -> None:
    """Show how it stands with the licence, and how many seats are taken."""
    with connect() as api:
        view = api.get("/licence", LicenceView)
    _tell(view, json=json)


@app.command(epilog=f"Example: factoryos licence install factory.licence · {EXIT_CODES}")
@connecting
def install(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file that the vendor sent.")],
    *,
    json: Json = False,
    connect: Connect,
) -> None:
    """Install a licence in place of the one before."""
    content = file.read_bytes()[:8001].decode("utf-8", errors="replace").strip()
    with connect() as api:
        view = api.put("/licence", LicenceView, {"licence": content})
    _tell(view, json=json)


def _tell(view: LicenceView, *, json: bool) -> None:
    if json:
        print(view.model_dump_json(indent=2))
        return
    told = [_WORDS[view.standing]]
    if view.licence is not None:
        ends = f"{view.licence.expires_at:%Y-%m-%d}"
        told.append(f"{view.licence.holder}, {view.licence.plan}, {view.licence.seats} seats, until {ends}.")
    if view.seats_allowed is not None:
        told.append(f"{view.seats_used} of {view.seats_allowed} seats are taken.")
    Console().print(*map(escape, told), sep="\n", highlight=False)


@app.command(epilog=_KEYS)
def keys(file: Annotated[Path, typer.Argument(help="Where to write the private key; must not exist.")]) -> None:
    """Make a vendor's pair of keys: the private one into a file (mode 0600), the public one printed.

    Installations that run with FACTORYOS_LICENCE_KEY=<the public one> take licences that the private one has signed.
    """
    from models.connections.licence_files import new_key, public_text

    pair = new_key()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(pair.as_pem(private=True))
    except OSError as error:
        errors().print(f"[bold red]Refused:[/] {escape(str(file))}: {escape(error.strerror or '')}.", highlight=False)
        raise typer.Exit(FAILED) from error
    print(public_text(pair))


@app.command(epilog=_ISSUE)
def issue(  # noqa: PLR0913 - one parameter per option
    key: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The vendor's private key.")],
    *,
    holder: Annotated[str, typer.Option(help="Who buys it.")],
    seats: Annotated[int, typer.Option(min=1, help="How many people may be active at once.")],
    until: Annotated[str, typer.Option(help="The last day it holds: 2027-12-31.")],
    plan: Annotated[str, typer.Option(help="A word for what was bought.")] = "standard",
    feature: Annotated[list[str] | None, typer.Option(help="Something the plan includes; may be repeated.")] = None,
    installation: Annotated[
        UUID | None, typer.Option(help="The one installation it is for, as /settings/licence shows it.")
    ] = None,
) -> None:
    """Sign a licence and print it; send the output to whoever bought it."""
    from models.connections.licence_files import KeyUnusable, private_key, sign

    try:
        licence = Licence(
            licence_id=f"LIC-{new_id().hex[-12:].upper()}", holder=holder, seats=seats, expires_at=_end_of(until),
            issued_at=datetime.now(UTC).replace(microsecond=0), plan=plan, features=tuple(feature or ()),
            installation=installation,
        )  # fmt: skip
        print(sign(licence, private_key(key.read_bytes())))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise typer.BadParameter(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}.") from error
    except KeyUnusable as refusal:
        errors().print(f"[bold red]Refused:[/] {escape(str(refusal))}", highlight=False)
        raise typer.Exit(FAILED) from refusal


def _end_of(day: str) -> datetime:
    """Return the instant a day ends, by UTC."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise typer.BadParameter("--until takes a day: 2027-12-31.")
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter("--until is no day of the calendar.") from error
