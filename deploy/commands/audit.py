"""`factoryos audit`: whether the audit trail still is what was written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.commands.environment import FAILED, NOT_RUNNING
from models.messages.audit_trail import AuditVerification
from models.rules.audit_chain import Fault, Finding

EXIT_CODES = "Exit codes: 0 all sound · 1 something is wrong · 2 wrong usage · 3 a database does not answer."
_EXAMPLES = f"Examples: factoryos audit verify · factoryos audit verify --tenant demo --json · {EXIT_CODES}"
_WHAT = {
    Fault.REMOVED: "removed",
    Fault.EDITED: "edited",
    Fault.REWRITTEN: "edited and hashed anew, perhaps with entries before it",
    Fault.INSERTED: "put in by another hand",
    Fault.REORDERED: "moved from its place",
    Fault.CUT_OFF: "cut off from the end",
}

app = typer.Typer(no_args_is_help=True, help="Look after the audit trail.", epilog=EXIT_CODES)
app.callback()(lambda: None)


@app.command(epilog=_EXAMPLES)
def verify(
    *,
    tenant: Annotated[str | None, typer.Option(help="One factory's slug; all factories when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON, for programs.")] = False,
) -> None:
    """Compare every audit entry with its hash, and the last one with PostgreSQL's own note of it.

    Entries that were removed, edited, inserted, moved or cut off are named by their numbers and times. Work may go on
    meanwhile. Entries from before the trail was chained are counted; nothing protects them.
    """
    with _databases_answer():
        found = {slug: _verified(slug, identity) for slug, identity in _tenants(tenant).items()}
    if as_json:
        told = [{"tenant": slug, **one.model_dump(mode="json")} for slug, one in found.items()]
        print(json.dumps(told, indent=2))
    else:
        for slug, one in found.items():
            print("\n".join(_words(slug, one)))
    if not all(one.sound for one in found.values()):
        raise typer.Exit(FAILED)


def _tenants(wanted: str | None) -> dict[str, UUID]:
    from models.connections.postgres import read
    from models.records import outbox, tenants

    with read(outbox.NO_TENANT) as session:
        slugs = tenants.slugs(session)
    if wanted is None:
        return slugs
    if wanted not in slugs:
        raise typer.BadParameter(f"There is no factory '{wanted}'.", param_hint="--tenant")
    return {wanted: slugs[wanted]}


def _verified(slug: str, tenant_id: UUID) -> AuditVerification:
    from models.records.audit_verification import verify as walk

    columns = (TextColumn("Walking the trail of {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(slug, total=None)
        return walk(tenant_id, progress=lambda done, of: bar.update(task, completed=done, total=of))


@contextmanager
def _databases_answer() -> Iterator[None]:
    from pymongo.errors import PyMongoError
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except (PyMongoError, OperationalError) as away:
        words = str(away).splitlines()[0]
        Console(stderr=True).print(f"[bold red]Stopped:[/] a database does not answer: {words}", highlight=False)
        raise typer.Exit(NOT_RUNNING) from away


def _words(slug: str, found: AuditVerification) -> Iterator[str]:
    state = "sound" if found.sound else "NOT SOUND"
    yield f"{slug}: {state}. {found.checked} entries looked at, from number {found.first_seq} to {found.last_seq}."
    yield from (f"  {_sentence(finding)}" for finding in found.findings)
    if found.more_findings:
        yield f"  And {found.more_findings} more."
    if found.unchained:
        yield f"  Unchained: {found.unchained}, from before the trail was chained; nothing protects them."


def _sentence(finding: Finding) -> str:
    what = _WHAT[finding.fault]
    if finding.first_seq is None:
        return f"Entries without a possible place in the chain: {what}."
    if finding.first_seq == finding.last_seq:
        return f"Entry {finding.first_seq}: {what}{_when(finding)}."
    return f"Entries {finding.first_seq} to {finding.last_seq}: {what}{_when(finding)}."


def _when(finding: Finding) -> str:
    since, until = (_instant(moment) for moment in (finding.since, finding.until))
    if finding.since == finding.until:
        return f" ({since})" if since else ""
    if since and until:
        return f" (between {since} and {until})"
    return f" (after {since})" if since else f" (before {until})"


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"
