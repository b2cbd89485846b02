"""`factoryos import`: parts lists and templates, as files that people have."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.commands.connected import Connect, connecting, errors
from deploy.commands.environment import FAILED
from deploy.commands.tables import counted
from deploy.commands.template import named, what_next
from models.messages.integrations import BomCommit, BomField, BomImportPreview, ColumnMapping
from models.messages.template_library import TemplateCheck, TemplateImport, TemplateImported
from models.messages.templates import FaultKind

EXIT_CODES = "Exit codes: 0 imported · 1 refused, with the reasons · 2 wrong usage · 3 the server does not answer."
_BOM_EXAMPLES = f"Example: factoryos import bom parts.csv --parent GANTRY --map quantity=3 --dry-run · {EXIT_CODES}"
_TEMPLATE_EXAMPLES = f"Example: factoryos import template assembly.yaml --create-missing · {EXIT_CODES}"
_LONG = 200_000  # bytes from which on a progress bar is worth its line
_SHOWN = 50
_DID = {"created": "Saved", "updated": "Updated", "unchanged": "Nothing new in"}
_WOULD = {"created": "Would save", "updated": "Would update", "unchanged": "Nothing new in"}
_MISSING = {FaultKind.UNKNOWN_PART, FaultKind.UNKNOWN_WORK_CENTER}

app = typer.Typer(no_args_is_help=True, help="Bring in parts lists (CSV, TSV) and templates (YAML).", epilog=EXIT_CODES)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen and change nothing.")]


@app.command(epilog=_BOM_EXAMPLES)
@connecting
def bom(  # noqa: PLR0913 - one parameter per option
    file: File,
    *,
    parent: Annotated[str, typer.Option(help="SKU of the part it is the list of; made where it is missing.")],
    name: Annotated[str | None, typer.Option(help="Name of that part.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN by number or header; FIELD= leaves it out.")
    ] = None,
    decimal: Annotated[str | None, typer.Option(help="The decimal mark, '.' or ',', when the guess is wrong.")] = None,
    default_uom: Annotated[str, typer.Option(help="Unit of rows that name none.")] = "pcs",
    dry_run: DryRun = False,
    skip_refused: Annotated[bool, typer.Option("--skip-refused", help="Leave out rows that cannot be taken.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing.")] = False,
    connect: Connect,
) -> None:
    """Import a parts list as the bill of materials of one part, all or nothing; the same file again updates."""
    form = {"parent": parent, "default_uom": default_uom, "mapping": _mapping(map_ or [], decimal).model_dump_json()}
    content = file.read_bytes()
    with connect() as api:
        with _sending("Reading", content) as body:
            preview = api.upload("/imports/boms/preview", BomImportPreview, body, form)
        _show(preview)
        stopped = preview.blocked and not (skip_refused and preview.file.rows)
        if stopped:
            errors().print(
                "[bold red]Nothing imported:[/] correct the file or --map, or leave rows out with --skip-refused."
            )
            raise typer.Exit(FAILED)
        if dry_run:
            return
        if not yes and not typer.confirm(
            f"Import {counted(len(preview.fates), 'row')} as the bill of materials of {parent}?"
        ):
            raise typer.Exit(FAILED)
        form |= {"skip_refused": str(skip_refused).lower()} | ({"name": name} if name else {})
        with _sending("Importing", content) as body:
            commit = api.upload("/imports/boms", BomCommit, body, form)
    _report(commit)


@app.command(epilog=_TEMPLATE_EXAMPLES)
@connecting
def template(
    file: File,
    *,
    create_missing: Annotated[
        bool, typer.Option("--create-missing", help="Add the product, parts and work centres that are missing.")
    ] = False,
    dry_run: DryRun = False,
    connect: Connect,
) -> None:
    """Import a template from YAML as a draft; says what still stands against publishing it."""
    try:
        wanted = TemplateImport(
            yaml=file.read_bytes().decode("utf-8-sig"), create_missing=create_missing, dry_run=dry_run
        )
    except (UnicodeDecodeError, ValidationError) as error:
        raise typer.BadParameter(f"{file} is no template: it must be a YAML file in UTF-8 of at most 2 MB.") from error
    with connect() as api:
        told = api.post("/templates/import", TemplateImported, wanted.model_dump(mode="json"))
    _report_template(told)


@contextmanager
def _sending(words: str, content: bytes) -> Iterator[IO[bytes]]:
    """Give the file to send, with a progress bar where it is long."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors(), transient=True, disable=len(content) < _LONG) as progress:
        task = progress.add_task(words, total=len(content))
        with progress.wrap_file(io.BytesIO(content), task_id=task) as body:
            yield body


def _mapping(corrections: list[str], decimal: str | None) -> ColumnMapping:
    """Read FIELD=COLUMN options; wrong ones are wrong usage."""
    columns: dict[str, int | str | None] = {}
    for correction in corrections:
        field, mark, column = correction.partition("=")
        if not mark or field not in set(BomField):
            raise typer.BadParameter(
                f"--map {correction}: write FIELD=COLUMN, with FIELD one of {', '.join(BomField)}."
            )
        columns[field] = column or None
    try:
        return ColumnMapping.model_validate({"columns": columns, "decimal_mark": decimal})
    except ValidationError as error:
        raise typer.BadParameter(f"--decimal must be '.' or ',', not '{decimal}'.") from error


def _show(preview: BomImportPreview) -> None:
    file = preview.file
    console = Console()
    columns = Table(title=f"Columns ({file.encoding}, separated by {file.delimiter!r})", title_justify="left")
    for heading in ("column", "header", "read as", "numbers", "for example"):
        columns.add_column(heading, overflow="fold")
    for column in file.columns:
        numbers = f"1{column.group_mark or ''}234{column.decimal_mark}5" if column.decimal_mark else ""
        read_as = f"[green]{column.field}[/]" if column.field else "[dim]not read[/]"
        samples = " · ".join(sample[:24] for sample in column.samples)
        columns.add_row(str(column.number), escape(column.header), read_as, numbers, escape(samples))
    console.print(columns)
    reasons = {row.line: row.reason for row in file.refused} | {
        fate.line: fate.reason for fate in preview.fates if fate.reason
    }
    if reasons:
        refused = Table(
            "line", "not taken, because", title=f"{counted(len(reasons), 'row')} not taken", title_justify="left"
        )
        for line, reason in sorted(reasons.items())[:_SHOWN]:
            refused.add_row(str(line), escape(reason))
        console.print(refused)
    for warning in file.warnings:
        console.print(f"[yellow]Note:[/] {escape(warning)}", highlight=False)
    console.print(_summary(preview), highlight=False)


def _summary(preview: BomImportPreview) -> str:
    parts = {fate.sku: fate.part for fate in preview.fates}
    counts = [f"{sum(fate == each for each in parts.values())} {fate}" for fate in sorted(set(parts.values()))]
    file = preview.file
    currency = f" {file.currency}" if file.currency else ""
    stated = "" if file.published_total is None else f" (the file says {file.published_total:f})"
    return (
        f"{counted(len(file.rows), 'line')}; parts: {', '.join(counts) or 'none'}; "
        f"{counted(preview.lines_removed, 'line')} would go; total {file.computed_total:f}{currency}{stated}."
    )


def _report(commit: BomCommit) -> None:
    lines = commit.lines
    new = counted(lines.created, "line")
    print(f"{commit.parent}: {new} new, {lines.updated} changed, {lines.unchanged} as before, {lines.removed} gone.")
    print(f"Parts: {commit.parts_created} new, {commit.parts_updated} changed, {commit.parts_unchanged} as before.")
    if commit.suppliers_created:
        print(f"Suppliers: {commit.suppliers_created} new.")
    for row in commit.skipped[:_SHOWN]:
        print(f"Left out line {row.line}: {row.reason}")


def _report_template(told: TemplateImported) -> None:
    made = told.template
    said = (_WOULD if told.dry_run else _DID)[told.draft]
    print(f"{said} draft {named(made)}: {made.title}, {counted(made.step_count, 'step')}.")
    for what, codes in (
        ("products", told.products_created), ("parts", told.parts_created), ("work centres", told.work_centers_created),
    ):  # fmt: skip
        if codes:
            print(f"New {what}: {', '.join(codes)}.")
    if told.faults or not told.dry_run:
        print(*what_next(made, TemplateCheck(publishable=not told.faults, faults=told.faults)), sep="\n")
    if _MISSING & {fault.kind for fault in told.faults}:
        print("Parts and work centres that the file describes are added by --create-missing.")
