"""What is the same on every screen: search and commands, help, keys."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from models.messages.branding import BrandDraft
from models.messages.tenants import SettingsDraft
from models.messages.walls import WallDraft
from models.records import branding, notifications, tenants, walls
from models.rules.access import Role
from tests.browser.accessibility import is_too_wide, violations
from tests.factories import Factory
from tests.floor import execute, lamp_job, rows

Opens = Callable[..., Page]


def test_everything_is_found_and_opened_from_the_keyboard(person: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    (order,) = rows(tenant, "SELECT id, code FROM orders")
    maria = person(Role.MANAGER)
    maria.goto("/dashboard")
    maria.keyboard.press("Control+k")
    expect(maria.locator("#finder-field")).to_be_focused()
    expect(maria.get_by_role("option", name="Go to Orders")).to_be_visible()
    maria.keyboard.insert_text("ord")  # at once: each pause in typing would draw the lines anew
    first = maria.get_by_role("option").first
    expect(first).to_contain_text(order.code)
    expect(first).to_have_attribute("aria-selected", "true")
    maria.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "false")
    maria.keyboard.press("ArrowUp")
    maria.keyboard.press("Enter")
    maria.wait_for_url(f"**/orders/{order.id}")


def test_a_scanner_that_types_and_sends_at_once_is_led_straight_to_its_page(person: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    (cut,) = rows(tenant, "SELECT id, code FROM work_orders WHERE step_key = 'cut'")
    maria = person(Role.MANAGER)
    maria.goto("/orders")
    maria.keyboard.press("Control+k")
    maria.keyboard.type(cut.code)
    maria.keyboard.press("Enter")
    maria.wait_for_url(f"**/work-orders/{cut.id}")


def test_a_tap_made_before_the_scripts_are_there_is_made_again_when_they_are(person: Opens) -> None:
    maria = person(Role.MANAGER)
    held: list[Route] = []
    scripts = re.compile(r"/app-\w+\.js$")
    maria.route(scripts, lambda asked: held.append(asked))  # noqa: PLW0108 - playwright marks it
    with maria.expect_request(scripts):
        maria.goto("/orders", wait_until="commit")
    maria.get_by_role("button", name="Search or go to").click()
    expect(maria.locator("#finder")).to_be_hidden()
    held[0].continue_()
    expect(maria.locator("#finder-field")).to_be_focused()


def test_long_names_and_amounts_stay_within_the_page(person: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    execute(tenant, "UPDATE orders SET customer_name = repeat('W', 120), customer_reference = repeat('9', 60)")
    with tenant.begin() as session:
        tenants.change_settings(session, tenant.actor(), SettingsDraft(currency="EUR"), 0)
    for size in ("desktop", "phone"):
        maria = person(Role.MANAGER, size=size)
        for path in (f"/orders/{hands.order_id}", "/orders", f"/jobs/{hands.job_id}", "/dashboard"):
            maria.goto(path)
            assert not is_too_wide(maria), (size, path)
        maria.goto(f"/orders/{hands.order_id}")
        costs = maria.locator(".card:has(#costs) .table-responsive")
        expect(costs).to_contain_text("Difference")
        if size == "desktop":
            costs.locator("td").evaluate_all("cells => cells.forEach(cell => cell.textContent = '1,234.56')")
            assert costs.evaluate("part => part.scrollWidth <= part.clientWidth")


def test_commands_are_carried_out_from_the_same_place_and_by_touch(person: Opens) -> None:
    maria = person(Role.MANAGER, size="phone")
    maria.goto("/orders")
    maria.get_by_role("button", name="Search or go to").tap()
    with maria.expect_response("**/search/found?q=dark"):
        maria.locator("#finder-field").fill("dark")
    expect(maria.get_by_role("option", name="Go to Orders")).to_have_count(0)
    maria.get_by_role("option", name="Switch to dark").tap()
    expect(maria.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert maria.url.endswith("/orders")


def test_saved_filters_fit_on_a_phone_however_long_the_words_are(person: Opens) -> None:
    maria = person(Role.MANAGER, size="phone", language="de")
    maria.goto("/orders")
    maria.get_by_text("Gespeicherte Filter").tap()
    expect(maria.locator(".kept-sheet")).to_be_visible()
    sheet = maria.locator(".kept-sheet").bounding_box()
    assert sheet is not None
    assert (sheet["x"], sheet["x"] + sheet["width"]) == (16, 374)


def test_the_search_says_when_the_server_is_away(person: Opens) -> None:
    maria = person(Role.MANAGER)
    maria.goto("/orders")
    maria.route("**/search/found*", lambda route: route.abort())
    maria.keyboard.press("Control+k")
    expect(maria.locator("#finder-found")).to_have_text("The server does not answer. Try again.")
    maria.keyboard.press("Escape")
    expect(maria.locator("#finder")).to_be_hidden()


def test_help_opens_by_key_and_button_and_single_keys_can_be_switched_off(person: Opens) -> None:
    maria = person(Role.MANAGER)
    maria.goto("/orders")
    maria.keyboard.press("?")
    expect(maria.get_by_role("heading", name="Help for this screen")).to_be_visible()
    expect(maria.locator("#help")).to_contain_text("An order says which product is wanted")
    assert violations(maria) == []
    maria.keyboard.press("Escape")
    expect(maria.locator("#help")).to_be_hidden()
    maria.keyboard.press("/")
    expect(maria.locator(".page input[type='search']")).to_be_focused()
    maria.keyboard.type("?")
    expect(maria.locator("#help")).to_be_hidden()
    maria.get_by_role("button", name="Help for this screen").click()
    maria.get_by_label(re.compile("Single keys")).uncheck()
    maria.reload()
    maria.keyboard.press("?")
    expect(maria.locator("#help")).to_be_hidden()


def test_the_open_search_breaks_no_rule_of_accessibility(person: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    for theme in ("light", "dark"):
        maria = person(Role.ADMIN, theme=theme)
        maria.goto("/orders")
        maria.keyboard.press("Control+k")
        maria.keyboard.type("lamp")
        expect(maria.get_by_role("option", name=re.compile("ORD-"))).to_be_visible()
        assert violations(maria) == []


def test_the_bell_renews_itself_opens_beside_the_page_and_leads_there(person: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    maria = person(Role.MANAGER)
    maria.goto("/jobs")
    expect(maria.locator("#bell-count")).to_be_hidden()
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '2 days'")
    with tenant.begin() as session:
        notifications.tell_states(session, datetime.now(UTC))
    maria.reload()
    expect(maria.locator("#bell-count")).to_contain_text("1 unread")
    maria.get_by_role("button", name="Notifications").click()
    expect(maria.locator("#notices-body")).to_contain_text("is late")
    assert violations(maria) == []
    maria.get_by_role("button", name=re.compile("is late")).click()
    maria.wait_for_url("**/jobs/*")
    expect(maria.locator("#bell-count")).to_be_hidden()


@pytest.mark.parametrize("accent", ["#ffee00", "#ff00aa"])
def test_a_factorys_own_colour_can_be_read_in_both_themes(person: Opens, tenant: Factory, accent: str) -> None:
    lamp_job(tenant)
    with tenant.begin() as session:
        branding.change_brand(session, tenant.actor(), BrandDraft(name="Acme", accent=accent), 0)
    for theme in ("light", "dark"):
        maria = person(Role.MANAGER, theme=theme)
        for path in ("/orders", "/orders/new", "/dashboard"):
            maria.goto(path)
            assert violations(maria) == [], (theme, path)


def test_a_wall_counts_on_turns_its_pages_and_says_when_it_is_old(person: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    execute(tenant, "UPDATE jobs SET due_at = now() - interval '3 hours'")
    with tenant.begin() as session:
        wall = walls.create_wall(session, tenant.actor(), WallDraft(name="Hall"))
    screen = person(None)
    screen.clock.install()
    screen.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))  # it turns by this test's clock alone
    screen.goto(f"/andon/{wall.token}")
    late = screen.locator(".wall-late time")
    expect(late).to_have_text(re.compile("^3 h 0"))
    expect(screen.locator(".wall-owner")).to_contain_text("nobody yet")
    assert screen.evaluate("document.documentElement.scrollHeight <= innerHeight")
    screen.clock.run_for(13_000)
    expect(screen.get_by_role("heading", name="How far are we today?")).to_be_visible()
    assert screen.url.endswith("#2")
    screen.reload()
    expect(screen.get_by_role("heading", name="How far are we today?")).to_be_visible()
    screen.route("**/board*", lambda _route: None)  # taken, and never answered
    screen.clock.run_for(40_000)
    expect(screen.locator("#stale")).to_be_visible()
    covered = screen.locator("#stale").bounding_box()
    assert covered is not None
    assert covered["width"] >= 1400
