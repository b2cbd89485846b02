"""`factoryos tls`: HTTPS on the local network, without any provider."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from deploy.stack.state import State

_INIT = (
    "Examples: factoryos tls init · factoryos tls init --name mes.berg.lan --name 192.168.7.20 · "
    "Exit codes: 0 well · 1 failed, the reason is printed · 2 wrong usage."
)

app = typer.Typer(no_args_is_help=True, help="HTTPS on the local network.")
app.callback()(lambda: None)


@app.command(epilog=_INIT)
def init(
    name: Annotated[
        list[str] | None,
        typer.Option(help="A name or address that devices open; may be repeated. Left out: those of this box."),
    ] = None,
) -> None:
    """Make an authority of this box's own, and a certificate for its names; `factoryos run` then serves HTTPS as well.

    Again: the authority stays, so devices that trust it go on trusting, and the certificate is made anew.
    """
    from deploy.tls import NoName, TlsFiles, issue, names_of_this_box

    state = State.default()
    state.home.mkdir(parents=True, exist_ok=True)
    files = TlsFiles(state.tls)
    try:
        is_new = issue(files, tuple(name or names_of_this_box()), datetime.now(UTC))
    except NoName as refusal:
        raise typer.BadParameter(str(refusal)) from refusal
    console = Console()
    console.print(f"For {escape(', '.join(files.names()))}, until {files.served().not_valid_after_utc:%Y-%m-%d}.")
    console.print("Start FactoryOS anew: `factoryos run` serves HTTPS on port 8443 (FACTORYOS_TLS_PORT).")
    if is_new:
        console.print("Then open /ca on each device; it says how the device comes to trust this box.")
