"""`factoryos screenshots`: pictures of the screens, for the README or for somebody who reviews them all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from deploy.client import Access
from deploy.commands.environment import FAILED, refusals_explained
from deploy.stack.errors import StackError
from deploy.stack.state import State

if TYPE_CHECKING:
    from deploy.pictures.browser import Windows

EXAMPLES = (
    "Examples: factoryos screenshots · factoryos screenshots --sheets /tmp/screens --only orders "
    "· Exit codes: 0 well · 1 a page could not be shown."
)
_ADMIN = "ada"


def screenshots(
    *,
    sheets: Annotated[
        Path | None, typer.Option(help="Every page, both themes, every size, into this folder; else the README's.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only pages with this in their name; again for more.")] = None,
    language: Annotated[str, typer.Option(help="What the browser speaks, such as de.")] = "en",
) -> None:
    """Take pictures of the demo factory's screens: of the stack that runs here, else of one started for it.

    Needs Chromium and the tools of development (`make setup`).
    """
    try:
        from deploy.pictures import readme
        from deploy.pictures import sheets as contact
    except ModuleNotFoundError as missing:
        raise typer.BadParameter(f"The tools of development are missing ({missing.name}); run `make setup`.") from None
    console = Console(stderr=True)
    with refusals_explained():
        troubles = _with_windows(
            lambda windows: (
                readme.shoot(windows, readme.FOLDER, console.print)
                if sheets is None
                else contact.shoot(windows, sheets, only or (), console.print)
            ),
            console.print,
            language,
        )
    for trouble in troubles:
        console.print(f"[bold red]Not shown:[/] {trouble}", highlight=False)
    print(readme.FOLDER if sheets is None else sheets / "index.html")
    if any("answered" in trouble or "opened" in trouble for trouble in troubles):
        raise typer.Exit(FAILED)


def _with_windows(work: Callable[["Windows"], list[str]], say: Callable[[str], None], language: str) -> list[str]:
    """Do some work in windows on the stack that runs here, or on one of our own."""
    from deploy.demo.stack import own_stack
    from deploy.pictures.browser import Windows, chromium

    def looking(url: str, log_ins: Path) -> list[str]:
        try:
            kept = json.loads(log_ins.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StackError("This is no demo factory: its log-ins are not known here.") from None
        people = {each["user"]: Access(url, each["user"], each["password"]) for each in kept}
        with chromium() as browser:
            return work(Windows(browser, url, people, language))

    state = State.default()
    run = state.run_file.living()
    api = next((each for each in run.processes if each.name == "api"), None) if run else None
    if api is not None:
        return looking(api.address, state.log_ins_file)
    with own_stack(say, seed=("seed",), interruptible=True) as stack:
        return stack.while_it_runs(lambda: looking(stack.plan.api_url, stack.plan.state.log_ins_file))
