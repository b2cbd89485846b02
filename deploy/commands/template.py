"""`factoryos template`: from a draft to what orders are made by, and what changed between versions."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.client import ApiClient
from deploy.commands.connected import Connect, Json, NotThere, connecting
from deploy.commands.tables import counted, cut, long, table
from models.messages.template_library import TemplateCheck
from models.messages.templates import TemplateDiff, TemplateDocument, TemplateView
from models.rules.templates import TemplateStatus

EXIT_CODES = "Exit codes: 0 well · 1 refused, or no such template · 2 wrong usage · 3 the server does not answer."
_LIST = f"Examples: factoryos template list · factoryos template list --product PNP-V2 --status draft · {EXIT_CODES}"
_SHOW = (
    f"Examples: factoryos template show TPL-000001 · factoryos template show TPL-000001 --yaml > x.yaml · {EXIT_CODES}"
)
_PUBLISH = f"Example: factoryos template publish TPL-000002 · {EXIT_CODES}"
_RETIRE = f"Example: factoryos template retire TPL-000001 · {EXIT_CODES}"
_CLONE = f"Example: factoryos template clone TPL-000001 · {EXIT_CODES}"
_DIFF = f"Example: factoryos template diff TPL-000001 TPL-000002 · {EXIT_CODES}"

app = typer.Typer(no_args_is_help=True, help="Look at templates, publish, retire and compare them.", epilog=EXIT_CODES)
Which = Annotated[str, typer.Argument(metavar="CODE|ID", help="The template's code, such as TPL-000001, or its id.")]


@app.command("list", epilog=_LIST)
@connecting
def list_(  # noqa: PLR0913 - one parameter per option
    *,
    product: Annotated[str | None, typer.Option(help="Only versions of this product, by SKU.")] = None,
    status: Annotated[TemplateStatus | None, typer.Option(help="Only versions in this state.")] = None,
    search: Annotated[str | None, typer.Option(help="Text in code or title.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most, the newest first.")] = 50,
    json: Json = False,
    connect: Connect,
) -> None:
    """List template versions, the newest first."""
    wanted = {"limit": str(limit), "product": product, "status": status and status.value, "q": search}
    query = {name: value for name, value in wanted.items() if value}
    with connect() as api:
        found = [each for each, _ in zip(api.pages("/templates", TemplateView, **query), range(limit), strict=False)]
    if json:
        print(f"[{', '.join(each.model_dump_json() for each in found)}]")
    else:
        Console().print(_versions(found) if found else "There are no such templates.", highlight=False)


@app.command(epilog=_SHOW)
@connecting
def show(
    which: Which,
    *,
    yaml: Annotated[
        bool, typer.Option("--yaml", help="Print the file that `factoryos import template` takes again.")
    ] = False,
    json: Json = False,
    connect: Connect,
) -> None:
    """Show a template's steps, and what stands against publishing a draft."""
    with connect() as api:
        shown = _find(api, which)
        if yaml:
            print(api.content(f"/templates/{shown.id}/export").decode(), end="")
            return
        draft = shown.status is TemplateStatus.DRAFT
        check = api.get(f"/templates/{shown.id}/check", TemplateCheck) if draft else None
    if json:
        print(shown.model_dump_json(indent=2))
        return
    console = Console()
    console.print(f"{named(shown)}, {shown.status.value}: {escape(shown.title)}", highlight=False)
    if shown.document is not None:
        console.print("", _steps(shown.document), highlight=False)
    if check is not None:
        console.print("", *map(escape, what_next(shown, check)), sep="\n", highlight=False)


@app.command(epilog=_PUBLISH)
@connecting
def publish(which: Which, *, connect: Connect) -> None:
    """Check a draft, and freeze it with its plan for ever: from now on orders of its product are made by it."""
    with connect() as api:
        made = api.post(f"/templates/{_find(api, which).id}/publish", TemplateView, None)
    print(f"Published {named(made)}, {counted(made.step_count, 'step')}.")
    print(f"Order it with: factoryos order place {made.product_sku} 1 --due YYYY-MM-DD")


@app.command(epilog=_RETIRE)
@connecting
def retire(which: Which, *, connect: Connect) -> None:
    """Take a published version out of use; what runs by it goes on."""
    with connect() as api:
        made = api.post(f"/templates/{_find(api, which).id}/retire", TemplateView, None)
    print(f"Retired {named(made)}. Orders that run by it go on.")


@app.command(epilog=_CLONE)
@connecting
def clone(which: Which, *, connect: Connect) -> None:
    """Make the product's next version as a draft with the same content."""
    with connect() as api:
        made = api.post(f"/templates/{_find(api, which).id}/clone", TemplateView, None)
    print(f"Made draft {named(made)}.")
    print(f"Change it with: factoryos template show {made.code} --yaml > {made.code}.yaml, edit,")
    print(f"and factoryos import template {made.code}.yaml")


@app.command("diff", epilog=_DIFF)
@connecting
def diff_(before: Which, after: Which, *, json: Json = False, connect: Connect) -> None:
    """Say what changed from one version to another."""
    with connect() as api:
        old, new = _find(api, before), _find(api, after)
        changes = api.get(f"/templates/{new.id}/diff", TemplateDiff, against=str(old.id))
    if json:
        print(changes.model_dump_json(indent=2))
        return
    print(f"From {named(old)} to {named(new)}:")
    for line in _changes(changes):
        print(f"  {line}")


def named(template: TemplateView) -> str:
    """Return a version's code, with the product and number it stands for."""
    return f"{template.code} ({template.product_sku} version {template.version_number})"


def what_next(draft: TemplateView, check: TemplateCheck) -> list[str]:
    """Return what stands against publishing a draft, or how that is done."""
    if check.publishable:
        return [f"Publish it with: factoryos template publish {draft.code}"]
    return [f"Before publishing: {fault.message}" for fault in check.faults]


def _find(api: ApiClient, which: str) -> TemplateView:
    """Return the template that bears a code or id, with its document. Raises NotThere."""
    try:
        identity: UUID | None = UUID(which)
    except ValueError:
        listed = api.pages("/templates", TemplateView, q=which, limit="200")
        identity = next((each.id for each in listed if each.code == which.upper()), None)
    if identity is None:
        raise NotThere(f"There is no template {which}. `factoryos template list` shows them.")
    return api.get(f"/templates/{identity}", TemplateView)


def _versions(found: list[TemplateView]) -> Table:
    rows = table(
        "template", "state", "version", "steps", "published", "product", "title", may_shrink=("product", "title"),
        right=("version", "steps"),
    )  # fmt: skip
    for each in found:
        published = f"{each.published_at.astimezone():%Y-%m-%d}" if each.published_at else ""
        rows.add_row(
            each.code, each.status.value, str(each.version_number), str(each.step_count), published,
            cut(each.product_sku), cut(each.title),
        )  # fmt: skip
    return rows


def _steps(document: TemplateDocument) -> Table:
    yielding = ("name", "after", "step") if long(step.key for step in document.steps) else ("name", "after")
    figures = ("setup", "run", "parts")
    rows = table("step", "name", "after", "place", *figures, may_shrink=yielding, right=figures)
    for step in document.steps:
        rows.add_row(
            cut(step.key), cut(step.name), cut(", ".join(link.step for link in step.after)), step.work_center,
            f"{step.setup_minutes:f}", f"{step.run_minutes:f}", str(len(step.parts)),
        )  # fmt: skip
    return rows


def _changes(changes: TemplateDiff) -> Iterator[str]:
    if changes.title is not None:
        yield f"title: {changes.title[0]} → {changes.title[1]}"
    if changes.notes_changed:
        yield "notes: changed"
    yield from (f"step {key}: added" for key in changes.added)
    yield from (f"step {key}: removed" for key in changes.removed)
    for step in changes.changed:
        for name, (old, new) in step.fields.items():
            yield f"step {step.key}, {name.replace('_', ' ')}: {old or 'nothing'} → {new or 'nothing'}"
    if changes == TemplateDiff():
        yield "nothing changed"
