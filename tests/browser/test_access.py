"""The door in a browser, by keyboard alone."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, Factory

Opens = Callable[..., Page]


def test_somebody_logs_in_by_keyboard_and_lands_where_they_wanted(person: Opens, tenant: Factory) -> None:
    page = person(None)
    page.goto("/orders?sort=code")
    page.wait_for_url("**/login?next=*")
    page.locator('[name="tenant"]').evaluate("(field, slug) => { field.value = slug; }", tenant.slug)
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("manager")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders?sort=code")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_the_theme_is_there_before_the_first_paint_and_stays(person: Opens) -> None:
    page = person(None, theme="auto")
    page.emulate_media(color_scheme="dark")
    page.goto("/login")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="DE", exact=True).click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_a_page_works_without_any_script(person: Opens, tenant: Factory) -> None:
    page = person(None)
    page.route(re.compile(r"\.js$"), lambda route: route.abort())
    page.goto("/login")
    page.locator('[name="tenant"]').evaluate("(field, slug) => { field.value = slug; }", tenant.slug)
    page.get_by_label("User name").fill("manager")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/dashboard")
