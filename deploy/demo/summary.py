"""What the demo prints at its end."""

from collections.abc import Iterator
from decimal import Decimal

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table

from deploy.demo.report import Report
from models.rules.costs import money

_CENT = Decimal("0.01")


def show(console: Console, report: Report) -> None:
    """Print costs, the parts to which more happened than planned, every check, and how long it took."""
    console.print(Group(_costs(report), "", _stock(report), "", _checks(report), ""), highlight=False)
    tally = report.tally
    console.print(
        f"{len(tally.commands)} actions accepted, {tally.refusals} refused because somebody was quicker, "
        f"{tally.later} taken at once and decided later (202), {tally.repeats} requests sent again.",
        highlight=False,
    )
    console.print("Time: " + ", ".join(f"{act} {seconds:.1f} s" for act, seconds in report.seconds.items()) + ".")
    kept = sum(check.holds for check in report.checks)
    colour = "green" if report.holds else "red"
    console.print(f"[bold {colour}]{kept} of {len(report.checks)} checks hold.[/]", highlight=False)


def _costs(report: Report) -> RenderableType:
    sheet = report.found.costs
    table = Table(
        title=f"{report.found.order.code}: estimated against actual cost", title_justify="left", box=box.SIMPLE
    )
    table.add_column("")
    for heading in ("estimated", "actual", "difference"):
        table.add_column(heading, justify="right")
    rows = (
        ("material", sheet.planned_material, sheet.actual_material),
        ("ruined material", Decimal(0), sheet.actual_scrap),
        ("time of the work centres", sheet.planned_time, sheet.actual_time),
    )
    for name, planned, actual in rows:
        table.add_row(name, *_figures(planned, actual))
    table.add_section()
    table.add_row("in all", *_figures(sum(r[1] for r in rows), sum(r[2] for r in rows)))  # type: ignore[arg-type] # decimals only
    return table


def _figures(planned: Decimal, actual: Decimal) -> Iterator[str]:
    yield from (f"{money(planned, _CENT):,}", f"{money(actual, _CENT):,}", f"{money(actual - planned, _CENT):+,}")


def _stock(report: Report) -> RenderableType:
    lines = report.found.stock
    plain = sum(not line.remarkable for line in lines)
    table = Table(title=f"Stock ({plain} more parts went exactly as planned)", title_justify="left", box=box.SIMPLE)
    for heading in ("part", "unit"):
        table.add_column(heading, no_wrap=True)
    for heading in ("before", "BoM", "rework", "ruined", "skipped", "expected", "after"):
        table.add_column(heading, justify="right")
    for line in lines:
        if line.remarkable:
            moved = (-line.planned, -line.reworked, -line.ruined, line.left_out)
            amounts = (line.before, *moved, line.expected, line.after)
            colour = "" if line.after == line.expected else "[red]"
            table.add_row(f"{colour}{line.sku}", line.uom, *(f"{amount.normalize():f}" for amount in amounts))
    return table


def _checks(report: Report) -> RenderableType:
    table = Table(title="Checks", title_justify="left", show_header=False, box=box.SIMPLE)
    for check in report.checks:
        table.add_row("[green]holds[/]" if check.holds else "[red]FAILS[/]", check.name, escape(check.detail))
    return table
