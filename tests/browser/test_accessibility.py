"""Every page in both themes, held against WCAG 2.2 AA by axe-core."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from models.messages.walls import WallDraft
from models.messages.webhooks import WebhookDraft
from models.records import walls, webhooks
from models.rules.access import Role
from tests.browser.conftest import HOUSE
from tests.factories import Factory
from tests.floor import execute, lamp_job, rows
from tests.pages.coming_in import invited
from worker.relays import notices

Opens = Callable[..., Page]
AXE = HOUSE / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
    const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]});
    return found.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target + " " + n.failureSummary).join(" | "));
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong; it runs beside the page, past its policy."""
    client = page.context.new_cdp_session(page)
    client.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    return list(page.evaluate(RUN))


@pytest.fixture
def addresses(tenant: Factory) -> dict[str, tuple[Role | None, tuple[str, ...]]]:
    """The pages by who looks at them: a factory with work in several states, one of them late and held."""
    hands = lamp_job(tenant, "3")
    hands.work("cut")
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '2 days'")
    execute(tenant, "UPDATE work_orders SET held = true, hold_reason = 'Crack' WHERE step_key = 'polish'")
    notices.tell_all(datetime.now(UTC))
    boss = tenant.actor(Role.ADMIN)
    with tenant.begin() as session:
        hook = webhooks.create_webhook(session, boss, WebhookDraft(url="https://erp.example/x", events=("orders:*",)))
        webhooks.send_test(session, boss, hook.id)
        wall = walls.create_wall(session, boss, WallDraft(name="Hall"))
    (order,) = rows(tenant, "SELECT id FROM orders")
    steps = {row.step_key: row.id for row in rows(tenant, "SELECT id, step_key FROM work_orders")}
    return {
        "nobody": (None, (
            "/login", f"/invitations/{invited(tenant)}", "/invitations/over", "/password/forgot", "/password/reset",
            f"/andon/{wall.token}", f"/andon/{wall.token}?theme=light&board=today",
        )),
        "admin": (Role.ADMIN, (
            "/audit", "/audit/verification", "/exceptions", "/health", "/settings", "/branding", "/webhooks",
            f"/webhooks/{hook.id}", "/walls", "/notifications", "/search?q=lamp",
        )),
        "manager": (Role.MANAGER, (
            "/dashboard", "/orders", "/orders?status=DONE", "/orders/new", f"/orders/{order.id}", "/jobs",
            f"/jobs/{hands.job_id}", "/work-orders", f"/work-orders/{steps['mount']}", f"/work-orders/{steps['cut']}",
            "/nothing-here",
        )),
        "technician": (Role.TECHNICIAN, (
            "/station", f"/station/{steps['mount']}", f"/station/{steps['cut']}", f"/station/{steps['pack']}",
            "/dashboard",
        )),
        "viewer": (Role.VIEWER, ("/dashboard",)),
        "customer": (Role.CUSTOMER, ("/orders", "/welcome")),
    }  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_no_page_breaks_a_rule_of_accessibility(
    person: Opens, addresses: dict[str, tuple[Role | None, tuple[str, ...]]], theme: str, size: str
) -> None:
    found: dict[str, list[str]] = {}
    for role, paths in addresses.values():
        page = person(role, theme=theme, size=size)
        for path in paths:
            page.goto(path)
            if broken := violations(page):
                found[path] = broken
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_dialog_breaks_a_rule_of_accessibility(
    person: Opens, addresses: dict[str, tuple[Role | None, tuple[str, ...]]], tenant: Factory, theme: str
) -> None:
    found: dict[str, list[str]] = {}
    execute(tenant, "UPDATE work_orders SET state = 'IN_PROGRESS' WHERE step_key = 'mount'")
    for role, path in (
        (Role.MANAGER, addresses["manager"][1][4]),
        (Role.MANAGER, addresses["manager"][1][8]),
        (Role.TECHNICIAN, addresses["technician"][1][1]),
    ):
        page = person(role, theme=theme)
        page.goto(path)
        for name in page.eval_on_selector_all("dialog.sheet", "all => all.map((one) => one.id)"):
            page.evaluate("(id) => document.getElementById(id).showModal()", name)
            if broken := violations(page):
                found[f"{path} {name}"] = broken
            page.evaluate("(id) => document.getElementById(id).close()", name)
    assert found == {}


def test_nothing_is_wider_than_a_phone(
    person: Opens, addresses: dict[str, tuple[Role | None, tuple[str, ...]]]
) -> None:
    wide = []
    for role, paths in addresses.values():
        page = person(role, size="phone")
        for path in paths:
            page.goto(path)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(path)
    assert wide == []


def test_the_stations_targets_are_large_enough_for_gloves(
    person: Opens, addresses: dict[str, tuple[Role | None, tuple[str, ...]]], tenant: Factory
) -> None:
    execute(tenant, "UPDATE work_orders SET state = 'IN_PROGRESS' WHERE step_key = 'mount'")
    page = person(Role.TECHNICIAN, size="phone")
    page.goto(addresses["technician"][1][1])
    for selector, least in ((".dock button:visible", 96), (".tile:visible", 64), (".stepper-row button:visible", 64)):
        if selector != ".dock button:visible":
            page.evaluate("document.querySelectorAll('dialog').forEach((one) => one.open || one.show())")
        heights = [box["height"] for one in page.locator(selector).all() if (box := one.bounding_box())]
        assert heights, selector
        assert min(heights) >= least, selector
