"""`factoryos job`: where a job stands, and why it does not go on."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from deploy.client import ApiClient
from deploy.commands.connected import Json, NotThere, Password, Tenant, Url, User, connected
from models.messages.work_orders import JobDetail, JobExplanation, JobView, StepView
from models.rules.work_orders import WorkOrderState

EXIT_CODES = "Exit codes: 0 well · 1 refused, or no such job · 2 wrong usage · 3 the server does not answer."
_SHOW = f"Examples: factoryos job show JOB-000001 · factoryos job show JOB-000001 --graph job.svg · {EXIT_CODES}"
_EXPLAIN = f"Examples: factoryos job explain JOB-000001 · factoryos job explain JOB-000001 --json · {EXIT_CODES}"
_S = WorkOrderState
_COLOURS = {
    _S.WAITING: "dim", _S.READY: "cyan", _S.IN_PROGRESS: "yellow", _S.PAUSED: "magenta", _S.COMPLETED: "green",
    _S.SKIPPED: "dim green", _S.CANCELLED: "red",
}  # fmt: skip

app = typer.Typer(no_args_is_help=True, help="Look at jobs: their steps, and why they wait.", epilog=EXIT_CODES)
Which = Annotated[str, typer.Argument(metavar="CODE|ID", help="The job's code, such as JOB-000001, or its id.")]


@app.command(epilog=_SHOW)
def show(  # noqa: PLR0913 - one parameter per option
    which: Which,
    *,
    graph: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="Also write the job's drawing to this SVG file.")
    ] = None,
    json: Json = False,
    url: Url = None,
    user: User = None,
    password: Password = None,
    tenant: Tenant = None,
) -> None:
    """Show a job and every step's state."""
    with connected(url, user, password, tenant) as api:
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
    console.print(_steps(job), highlight=False)
    if graph:
        console.print(f"Drawn in {graph}.", highlight=False)


@app.command(epilog=_EXPLAIN)
def explain(  # noqa: PLR0913 - one parameter per option
    which: Which,
    *,
    json: Json = False,
    url: Url = None,
    user: User = None,
    password: Password = None,
    tenant: Tenant = None,
) -> None:
    """Say why each open work order of a job is not moving."""
    with connected(url, user, password, tenant) as api:
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


def _steps(job: JobDetail) -> Table:
    held = f", on hold: {job.hold_reason}" if job.held else ""
    words = f"{job.code} of {job.order_code}: {job.quantity:f} x {job.product_sku}, {job.status.value.lower()}{held}"
    table = Table(title=escape(words), title_justify="left")
    for heading in ("step", "name", "work order", "state", "place", "who"):
        table.add_column(heading, overflow="fold")
    for heading in ("planned min", "worked min", "good"):
        table.add_column(heading, justify="right")
    for step in job.steps:
        table.add_row(*_row(step))
    return table


def _row(step: StepView) -> tuple[str, ...]:
    again = f" (attempt {step.attempt})" if step.attempt > 1 else ""
    marks = (" [dim]optional[/]" if step.optional else "") + (" [dim]gate[/]" if step.quality_gate else "")
    return (
        step.step_key, escape(step.name) + marks, step.code + again, state_words(step.state, held=step.held),
        step.work_center, escape(step.assignee or ""), f"{step.planned_minutes:f}", f"{step.actual_minutes:f}",
        f"{step.good:f}",
    )  # fmt: skip


def _reasons(told: JobExplanation) -> Tree:
    tree = Tree(f"[bold]{told.code}[/]: {escape(told.summary)}")
    for each in told.work_orders:
        since = f" since {each.since.astimezone():%Y-%m-%d %H:%M}" if each.since else ""
        branch = tree.add(f"{each.code} {escape(each.name)}: {state_words(each.state)}{since}")
        for reason in each.reasons:
            branch.add(f"[yellow]{reason.kind.value}[/]: {escape(reason.words)}")
        branch.add(f"[bold]next:[/] {escape(each.next_action)}")
    return tree
