"""`factoryos job`: where a job stands, and why it does not go on."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from deploy.client import ApiClient
from deploy.commands.connected import Connect, Json, NotThere, connecting
from deploy.commands.tables import cut, long, table
from models.messages.work_orders import JobDetail, JobExplanation, JobView, StepView
from models.rules.work_orders import WorkOrderState

EXIT_CODES = "Exit codes: 0 well · 1 refused, or no such job · 2 wrong usage · 3 the server does not answer."
_SHOW = f"Examples: factoryos job show JOB-000001 · factoryos job show JOB-000001 --graph job.svg · {EXIT_CODES}"
_EXPLAIN = f"Examples: factoryos job explain JOB-000001 · factoryos job explain JOB-000001 --json · {EXIT_CODES}"
_WIDE = 100  # columns of a terminal from which on everything fits
_S = WorkOrderState
_COLOURS = {
    _S.WAITING: "dim", _S.READY: "cyan", _S.IN_PROGRESS: "yellow", _S.PAUSED: "magenta", _S.COMPLETED: "green",
    _S.SKIPPED: "dim green", _S.CANCELLED: "red",
}  # fmt: skip

app = typer.Typer(no_args_is_help=True, help="Look at jobs: their steps, and why they wait.", epilog=EXIT_CODES)
Which = Annotated[str, typer.Argument(metavar="CODE|ID", help="The job's code, such as JOB-000001, or its id.")]


@app.command(epilog=_SHOW)
@connecting
def show(
    which: Which,
    *,
    graph: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="Also write the job's drawing to this SVG file.")
    ] = None,
    json: Json = False,
    connect: Connect,
) -> None:
    """Show a job and every step's state."""
    with connect() as api:
        job_id = _find(api, which)
        job = api.get(f"/jobs/{job_id}", JobDetail)
        drawing = api.content(f"/jobs/{job_id}/graph.svg") if graph else b""
    if graph:
        try:
            graph.write_bytes(drawing)
        except OSError as error:
            raise typer.BadParameter(f"--graph {graph}: {error.strerror}.") from error
    if json:
        print(job.model_dump_json(indent=2))
        return
    console = Console()
    console.print(escape(_title(job)), "", _steps(job, wide=console.width >= _WIDE), highlight=False)
    if graph:
        console.print(f"Drawn in {graph}.", highlight=False)


@app.command(epilog=_EXPLAIN)
@connecting
def explain(
    which: Which,
    *,
    json: Json = False,
    connect: Connect,
) -> None:
    """Say why each open work order of a job is not moving."""
    with connect() as api:
        told = api.get(f"/jobs/{_find(api, which)}/explain", JobExplanation)
    if json:
        print(told.model_dump_json(indent=2))
    else:
        Console().print(_reasons(told), highlight=False)


def _find(api: ApiClient, which: str) -> UUID:
    """Return the id of the job that bears a code or id. Raises NotThere."""
    try:
        return UUID(which)
    except ValueError:
        found = (job.id for job in api.pages("/jobs", JobView, q=which, limit="200") if job.code == which.upper())
        job_id = next(found, None)
    if job_id is None:
        raise NotThere(f"There is no job {which}. `factoryos order show` lists an order's jobs.")
    return job_id


def state_words(state: WorkOrderState, *, held: bool = False) -> str:
    """Return a state in its colour, with its hold."""
    words = f"[{_COLOURS[state]}]{state.value.lower().replace('_', ' ')}[/]"
    return f"{words} [red]on hold[/]" if held else words


def _title(job: JobDetail) -> str:
    held = f", on hold: {job.hold_reason}" if job.held else ""
    return f"{job.code} of {job.order_code}: {job.quantity:f} x {job.product_sku}, {job.status.value.lower()}{held}"


def _steps(job: JobDetail, *, wide: bool) -> Table:
    """Return one line per step; which attempt and who have a column only where there is something to say."""
    columns: dict[str, Callable[[StepView], str | Text]] = {
        "work order": lambda step: step.code,
        "state": lambda step: state_words(step.state, held=step.held),
        "step": lambda step: cut(step.step_key),
        "name": lambda step: cut(_marked(step)),
        "place": lambda step: step.work_center,
        "minutes": lambda step: f"{_brief(step.actual_minutes)}/{_brief(step.planned_minutes)}",
    }
    if wide:
        columns["good"] = lambda step: f"{step.good:f}"
    if any(step.attempt > 1 for step in job.steps):
        columns["attempt"] = lambda step: str(step.attempt)
    if any(step.assignee for step in job.steps):
        columns["who"] = lambda step: cut(step.assignee or "")
    yielding = ("name", "who", "step") if long(step.step_key for step in job.steps) else ("name", "who")
    rows = table(*columns, may_shrink=yielding, right=("minutes", "good", "attempt"))
    for step in job.steps:
        rows.add_row(*(cell(step) for cell in columns.values()))
    return rows


def _marked(step: StepView) -> str:
    """Put what kind of step it is first: the end of a name may be cut."""
    marks = ("optional: " if step.optional else "") + ("gate: " if step.quality_gate else "")
    return marks + step.name


def _brief(minutes: Decimal) -> str:
    return f"{minutes:.1f}".removesuffix(".0")


def _reasons(told: JobExplanation) -> Tree:
    tree = Tree(f"[bold]{told.code}[/]: {escape(told.summary)}")
    for each in told.work_orders:
        since = f" since {each.since.astimezone():%Y-%m-%d %H:%M}" if each.since else ""
        branch = tree.add(f"{each.code} {escape(each.name)}: {state_words(each.state)}{since}")
        for reason in each.reasons:
            branch.add(f"[yellow]{reason.kind.value}[/]: {escape(reason.words)}")
        branch.add(f"[bold]next:[/] {escape(each.next_action)}")
    return tree
