"""`factoryos order`: place orders and look at them."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.client import ApiClient, ApiRefused
from deploy.commands.connected import Connect, Json, NotThere, connecting
from deploy.commands.tables import counted, cut, table
from models.messages.costs import CostSheet
from models.messages.orders import OrderView, PlaceOrder
from models.messages.templates import TemplateView
from models.messages.work_orders import JobView
from models.rules.costs import money
from models.rules.orders import OrderKind, Status
from models.rules.templates import TemplateStatus

EXIT_CODES = "Exit codes: 0 well · 1 refused, or no such order · 2 wrong usage · 3 the server does not answer."
_PLACE = f"Example: factoryos order place PNP-V2 3 --lot-size 1 --due 2026-12-24 --customer Northwind · {EXIT_CODES}"
_LIST = f"Examples: factoryos order list · factoryos order list --status IN_PROGRESS --search northwind · {EXIT_CODES}"
_SHOW = f"Example: factoryos order show ORD-000001 · {EXIT_CODES}"
_CENT = Decimal("0.01")

app = typer.Typer(no_args_is_help=True, help="Place orders and look at them.", epilog=EXIT_CODES)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise typer.BadParameter(f"{text} is not a number.") from error


@app.command(epilog=_PLACE)
@connecting
def place(  # noqa: PLR0913 - one parameter per option
    product: Annotated[str, typer.Argument(help="SKU of the product.")],
    quantity: Annotated[Decimal, typer.Argument(parser=_number, help="How many.")],
    *,
    due: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="When it must be ready, in local time.")
    ],
    lot_size: Annotated[
        Decimal | None, typer.Option(parser=_number, help="Pieces per job; one job for all when left out.")
    ] = None,
    kind: Annotated[OrderKind, typer.Option(help="For a customer, or for stock.")] = OrderKind.CUSTOMER,
    priority: Annotated[int, typer.Option(min=1, max=5, help="1 is the most urgent.")] = 3,
    customer: Annotated[str | None, typer.Option(help="Name of the customer.")] = None,
    reference: Annotated[str | None, typer.Option(help="The customer's own number.")] = None,
    notes: Annotated[str, typer.Option(help="Anything else.")] = "",
    json: Json = False,
    connect: Connect,
) -> None:
    """Order a product, made by its newest published template; jobs and work orders follow at once."""
    try:
        wanted = PlaceOrder(
            kind=kind, product=product, quantity=quantity, lot_size=lot_size, due_at=due.astimezone(),
            priority=priority, customer_name=customer, customer_reference=reference, notes=notes,
        )  # fmt: skip
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise typer.BadParameter(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    with connect() as api:
        try:
            order = api.post("/orders", OrderView, wanted.model_dump(mode="json", exclude_none=True))
        except ApiRefused as refusal:
            _name_draft(api, product, refusal)
            raise
    if json:
        print(order.model_dump_json(indent=2))
    else:
        print(f"Placed {order.code}: {order.quantity:f} x {order.product_sku} by template {order.template_code}.")
        print(f"Follow it with: factoryos order show {order.code}")


@app.command("list", epilog=_LIST)
@connecting
def list_(
    *,
    status: Annotated[Status | None, typer.Option(help="Only orders in this state.")] = None,
    search: Annotated[str | None, typer.Option(help="Text in code, customer or product.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most, the newest first.")] = 50,
    json: Json = False,
    connect: Connect,
) -> None:
    """List orders, the newest first."""
    query = {"limit": str(limit), "sort": "-created_at"}
    query |= ({"status": status.value} if status else {}) | ({"q": search} if search else {})
    with connect() as api:
        orders = [order for order, _ in zip(api.pages("/orders", OrderView, **query), range(limit), strict=False)]
    if json:
        print(f"[{', '.join(order.model_dump_json() for order in orders)}]")
        return
    Console().print(_orders(orders) if orders else "There are no such orders.", highlight=False)


@app.command(epilog=_SHOW)
@connecting
def show(
    which: Annotated[str, typer.Argument(metavar="CODE|ID", help="The order's code, such as ORD-000001, or its id.")],
    *,
    json: Json = False,
    connect: Connect,
) -> None:
    """Show an order, its jobs and what it costs."""
    with connect() as api:
        order = _find(api, which)
        jobs = list(api.pages("/jobs", JobView, order_id=str(order.id), sort="code", limit="200"))
        sheet = api.get(f"/orders/{order.id}/costs", CostSheet)
    if json:
        print(order.model_dump_json(indent=2))
        return
    console = Console()
    made = _made(order)
    who = f" for {order.customer_name}" if order.customer_name else ""
    console.print(
        f"{order.code}: {made} x {order.product_sku}{escape(who)}, {order.status.value}, "
        f"due {order.due_at.astimezone():%Y-%m-%d %H:%M}, template {order.template_code}",
        highlight=False,
    )
    console.print("", _jobs(jobs), "", _costs(sheet), highlight=False)


def _name_draft(api: ApiClient, product: str, refusal: ApiRefused) -> None:
    """Add to a refusal how to publish the product's draft, where it has nothing but drafts."""
    versions: list[TemplateView] = []
    with suppress(ApiRefused):  # not everybody who orders may read templates
        versions = list(api.pages("/templates", TemplateView, product=product, limit="200"))
    if versions and all(each.status is TemplateStatus.DRAFT for each in versions):
        refusal.add_note(f"It has a draft; publish it with: factoryos template publish {versions[0].code}")


def _orders(orders: list[OrderView]) -> Table:
    rows = table("order", "state", "made", "due", "priority", "product", "customer", may_shrink=("product", "customer"))
    for order in orders:
        rows.add_row(
            order.code, order.status.value, _made(order), f"{order.due_at.astimezone():%Y-%m-%d}",
            str(order.priority), cut(order.product_sku), cut(order.customer_name or ""),
        )  # fmt: skip
    return rows


def _find(api: ApiClient, which: str) -> OrderView:
    """Return the order that bears a code or id. Raises NotThere."""
    try:
        return api.get(f"/orders/{UUID(which)}", OrderView)
    except ValueError:
        orders = api.pages("/orders", OrderView, q=which, limit="200")
        found = next((order for order in orders if order.code == which.upper()), None)
    if found is None:
        raise NotThere(f"There is no order {which}. `factoryos order list` shows them.")
    return found


def _made(order: OrderView) -> str:
    missing = f" ({order.short:f} short)" if order.short else ""
    return f"{order.produced:f} of {order.quantity:f}{missing}"


def _jobs(jobs: list[JobView]) -> Table:
    rows = table("job", "state", "made", "begun", "ended", title=counted(len(jobs), "job"))
    for job in jobs:
        held = " on hold" if job.held else ""
        times = (f"{at.astimezone():%Y-%m-%d %H:%M}" if at else "" for at in (job.started_at, job.ended_at))
        rows.add_row(job.code, job.status.value + held, f"{job.produced:f} of {job.quantity:f}", *times)
    return rows


def _costs(sheet: CostSheet) -> Table:
    rows = table("", "estimated", "so far", right=("estimated", "so far"), title="Cost")
    for name, planned, actual in (
        ("material", sheet.planned_material, sheet.actual_material),
        ("ruined material", None, sheet.actual_scrap),
        ("time", sheet.planned_time, sheet.actual_time),
    ):
        rows.add_row(name, "" if planned is None else f"{money(planned, _CENT):,}", f"{money(actual, _CENT):,}")
    return rows
