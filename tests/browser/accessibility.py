"""The pages that are held against WCAG 2.2 AA by axe-core, and what it finds wrong with one."""

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Page

from models.messages.boms import BomLineEdit
from models.messages.catalog import SupplierDraft
from models.messages.files import AttachmentDraft
from models.messages.filters import SavedFilterDraft
from models.messages.integrations import UploadDraft
from models.messages.orders import ChangeOrder, PlaceOrder
from models.messages.walls import WallDraft
from models.messages.webhooks import WebhookDraft
from models.records import (
    attachments,
    bom_views,
    files,
    filters,
    notifications,
    order_changes,
    orders,
    walls,
    webhooks,
)
from models.records.catalog import suppliers
from models.records.integrations import uploads
from models.rules.access import Role
from models.rules.filters import FilteredList
from tests.api.world import real_ids, staff
from tests.browser.conftest import HOUSE
from tests.factories import Factory
from tests.floor import DUE, execute, lamp_job, rows
from tests.pages.coming_in import invited

Opens = Callable[..., Page]
Addresses = dict[str, tuple[Role | None, tuple[str, ...]]]
# Each of these tests looks at some eighty pages.
MARKS = [pytest.mark.timeout(1_200)]
AXE = HOUSE / "node_modules" / "axe-core" / "axe.min.js"
PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
# What is still fading has the colours of neither state.
RUN = """async () => {
    await document.fonts.ready;
    const ends = (moving) => moving.effect.getComputedTiming().endTime < Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map((moving) => moving.finished));
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    return found.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target + " " + n.failureSummary).join(" | "));
}"""


def is_too_wide(page: Page) -> bool:
    """Whether one must scroll sideways, in the page's own letters."""
    return bool(page.evaluate("document.fonts.ready.then(() => document.documentElement.scrollWidth > innerWidth)"))


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page that is wholly there; it runs beside the page, past its policy."""
    page.wait_for_load_state()
    client = page.context.new_cdp_session(page)
    client.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    return list(page.evaluate(RUN))


def broken_pages(person: Opens, addresses: Addresses, theme: str, size: str) -> dict[str, list[str]]:
    """Return what is wrong by address, each page seen by the person whose page it is."""
    found: dict[str, list[str]] = {}
    for role, paths in addresses.values():
        page = person(role, theme=theme, size=size)
        for path in paths:
            page.goto(path)
            if broken := violations(page):
                found[path] = broken
    return found


@pytest.fixture
def addresses(tenant: Factory) -> Addresses:
    """The pages by who looks at them: a factory with work in several states, one of them late and held."""
    hands = lamp_job(tenant, "3")
    hands.work("cut")
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '2 days'")
    execute(tenant, "UPDATE work_orders SET held = true, hold_reason = 'Crack' WHERE step_key = 'polish'")
    with tenant.begin() as session:
        notifications.tell_states(session, datetime.now(UTC))
    boss = tenant.actor(Role.ADMIN)
    with tenant.begin() as session:
        hook = webhooks.create_webhook(session, boss, WebhookDraft(url="https://erp.example/x", events=("orders:*",)))
        webhooks.send_test(session, boss, hook.id)
        wall = walls.create_wall(session, boss, WallDraft(name="Hall"))
    (order,) = rows(tenant, "SELECT id FROM orders")
    staff(tenant)
    ids = real_ids(tenant, "user_id", "team_id", "skill_id", "role_id", "station_id", "provider_id")
    customer = tenant.actor(Role.CUSTOMER)
    ask = PlaceOrder(product="LAMP", quantity=Decimal(2), due_at=DUE)
    with tenant.begin() as session:
        own = orders.place(session, customer, ask).id
        for name in ("Mine", "Late ones"):
            draft = SavedFilterDraft(list=FilteredList.ORDERS, name=name, query="late=true", shared=True)
            filters.save(session, tenant.actor(Role.MANAGER), draft)
        manager = tenant.actor(Role.MANAGER)
        order_changes.change_order(session, manager, order.id, ChangeOrder(priority=1, reason="The customer waits"))
        picture = files.store_file(session, manager, "crack.png", "image/png", PIXEL)
        step = {row.step_key: row.id for row in rows(tenant, "SELECT id, step_key FROM work_orders")}["cut"]
        attachments.attach(session, manager, AttachmentDraft(file_id=picture.id, work_order_id=step, caption="Crack"))
    catalog = _catalog(tenant)
    steps = {row.step_key: row.id for row in rows(tenant, "SELECT id, step_key FROM work_orders")}
    return {
        "nobody": (None, (
            "/login", "/ca", f"/invitations/{invited(tenant)}", "/invitations/over", "/password/forgot",
            "/password/reset", f"/andon/{wall.token}", f"/andon/{wall.token}?theme=light&board=today",
        )),
        "system": (Role.ADMIN, (
            "/audit", "/audit/verification", "/exceptions", "/health", "/settings", "/branding", "/webhooks",
            f"/webhooks/{hook.id}", "/walls", "/notifications", "/search?q=lamp",
        )),
        "manager": (Role.MANAGER, (
            "/dashboard", "/orders", "/orders?status=DONE", "/orders/new", f"/orders/{order.id}", "/jobs",
            f"/jobs/{hands.job_id}", "/work-orders", f"/work-orders/{steps['mount']}", f"/work-orders/{steps['cut']}",
            "/nothing-here", "/manufacturing-orders", f"/orders/{order.id}?in=all", f"/jobs/{hands.job_id}/traveller",
            f"/orders/{order.id}/traveller", "/figures",
        )),
        "inventory manager": (Role.INVENTORY_MANAGER, (
            "/stock", "/stock/ledger", "/stock/shortages", "/stock/check", "/stock/receive?part=BASE", "/stock/count",
            "/stock/adjust", "/products", "/parts", "/parts?q=nothing", "/parts/new", "/suppliers", "/suppliers/new",
            "/work-centers", "/work-centers/new", "/imports", "/imports/new", "/products/new", *catalog,
        )),
        "technician": (Role.TECHNICIAN, (
            "/station", f"/station/{steps['mount']}", f"/station/{steps['cut']}", f"/station/{steps['pack']}",
            "/dashboard",
        )),
        "admin": (Role.ADMIN, ("/settings/licence", "/station/setup")),
        "viewer": (Role.VIEWER, ("/dashboard", "/figures")),
        "administrator": (Role.ADMIN, (
            "/users", "/users/new", f"/users/{ids['user_id']}", "/users/invitations", "/teams", "/teams/new",
            f"/teams/{ids['team_id']}", "/skills", f"/skills/{ids['skill_id']}", "/roles", "/roles/new",
            f"/roles/{ids['role_id']}", "/keys", "/keys/new", "/stations", "/stations/new",
            f"/stations/{ids['station_id']}", "/providers", f"/providers/{ids['provider_id']}", "/me",
            "/me/second-factor",
        )),
        "customer": (Role.CUSTOMER, ("/orders", f"/orders/{own}", "/orders/new", "/welcome")),
    }  # fmt: skip


def _catalog(factory: Factory) -> tuple[str, ...]:
    """The pages of one thing each: a part with a tree below it, one that is short, an import that is looked at."""
    ivan = factory.actor(Role.INVENTORY_MANAGER)
    with factory.begin() as session:
        supplier = suppliers.create_supplier(session, ivan, SupplierDraft(code="ACME", name="Acme"))
        content = b"SKU;Name;Menge;Preis\nNUT;Nut;4;0,02\nBOLT;Bolt;viele;1\n"
        file = uploads.keep(session, ivan, UploadDraft(parent="LAMP"), file="list.csv", content=content, shape="x")
    ids = {row.sku: row for row in rows(factory, "SELECT id, sku, row_version FROM parts")}
    with factory.begin() as session:
        lines = (BomLineEdit(part="BASE", quantity=Decimal(2)), BomLineEdit(part="WIRE", quantity=Decimal(1)))
        bom_views.change_bom(session, ivan, ids["LAMP"].id, lines, ids["LAMP"].row_version)
    execute(factory, "UPDATE parts SET minimum_stock = 5000, lead_time_days = 9 WHERE sku = 'BASE'")
    (product,) = rows(factory, "SELECT id FROM products")
    center = rows(factory, "SELECT id FROM work_centers LIMIT 1")[0]
    lamp, base = (f"/parts/{ids[sku].id}" for sku in ("LAMP", "BASE"))
    return (
        lamp, f"{lamp}/bom", f"{lamp}/edit", base, f"/products/{product.id}", f"/products/{product.id}/edit",
        f"/suppliers/{supplier.id}", f"/work-centers/{center.id}", f"/imports/{file.id}",
    )  # fmt: skip
