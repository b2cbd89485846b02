"""What is the same on every screen: search and commands, help, keys."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from models.rules.access import Role
from tests.browser.test_accessibility import violations
from tests.factories import Factory
from tests.floor import lamp_job, rows

Opens = Callable[..., Page]


def test_everything_is_found_and_opened_from_the_keyboard(person: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    (order,) = rows(tenant, "SELECT id, code FROM orders")
    maria = person(Role.MANAGER)
    maria.goto("/dashboard")
    maria.keyboard.press("Control+k")
    expect(maria.locator("#finder-field")).to_be_focused()
    expect(maria.get_by_role("option", name="Go to Orders")).to_be_visible()
    with maria.expect_response("**/search/found?q=ord"):
        maria.keyboard.type("ord")
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


def test_commands_are_carried_out_from_the_same_place_and_by_touch(person: Opens) -> None:
    maria = person(Role.MANAGER, size="phone")
    maria.goto("/orders")
    maria.get_by_role("button", name="Search or go to").tap()
    maria.locator("#finder-field").fill("dark")
    maria.get_by_role("option", name="Switch to dark").tap()
    expect(maria.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert maria.url.endswith("/orders")


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
