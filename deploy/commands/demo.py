"""`factoryos demo`: three real machines built end to end, and every figure checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from deploy.commands.environment import FAILED, refusals_explained
from deploy.stack.errors import StackError

if TYPE_CHECKING:
    from deploy.demo.screen import Screen
    from deploy.demo.stack import OwnStack

EXAMPLES = (
    "Examples: factoryos demo · factoryos demo --keep · "
    "Exit codes: 0 every check holds · 1 one does not, or the demo could not go on."
)


def demo(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the demo's state folder, to look at it afterwards.")
    ] = False,
) -> None:
    """Build three machines with simulated people through the public API, and check every figure.

    Starts servers, API and two workers of its own in a temporary folder on free ports: your factory is not touched.
    One gate rejects, one step is skipped, one worker is killed in the middle of it.
    """
    from deploy.demo.screen import Screen
    from deploy.demo.stack import own_stack

    console = Console()
    screen = Screen(console)
    outcome = _Outcome(keep)
    with refusals_explained():
        with own_stack(screen.note, keep=lambda: outcome.keep, interruptible=True) as stack:
            outcome.home = stack.plan.state.home
            _play(stack, screen, console, outcome)
        if outcome.keep:
            console.print(
                f"Kept in {outcome.home}; open it with: FACTORYOS_HOME={outcome.home} factoryos run --ports auto",
                soft_wrap=True, highlight=False,
            )  # fmt: skip
    if not outcome.holds:
        raise typer.Exit(FAILED)


@dataclass
class _Outcome:
    """Whether every check holds, and whether the state folder stays to be looked at: as asked, or where one fails."""

    keep: bool
    holds: bool = False
    home: Path | None = None


def _play(stack: "OwnStack", screen: "Screen", console: Console, outcome: _Outcome) -> None:
    """Play, print and judge. Raises StackError where the demo cannot go on."""
    from deploy.client import ApiRefused, ServerAway
    from deploy.demo.person import Impatient, NotTaken
    from deploy.demo.stack import Interrupted
    from deploy.demo.story import play
    from deploy.demo.summary import show

    try:
        report = play(stack, screen)
    except Interrupted:
        raise
    except (ApiRefused, ServerAway, NotTaken, Impatient, StackError) as fault:
        outcome.keep = True
        raise StackError(f"The demo could not go on: {fault}\nIts state and logs are in {outcome.home}.") from fault
    show(console, report)
    outcome.holds = report.holds
    outcome.keep = outcome.keep or not report.holds
