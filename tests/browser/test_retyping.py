"""A log-in that ended while somebody wrote: what they typed is there again afterwards, for them alone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from models.rules.access import Role
from tests.factories import PASSWORD, Factory
from tests.floor import execute, lamp_job, publish_lamp, rows, scalar

Opens = Callable[..., Page]
NOTICE = "What you typed stands here again"
KEPT = "sessionStorage.getItem('typed')"


def _put_out(page: Page) -> None:
    """End the log-in of whoever writes there."""
    page.context.clear_cookies(name="factoryos")


def _log_in(page: Page, factory: Factory, username: str = "manager") -> None:
    page.wait_for_url("**/login?next=*")
    page.locator('[name="tenant"]').evaluate("(field, slug) => { field.value = slug; }", factory.slug)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def _order(page: Page) -> None:
    page.goto("/orders/new")
    page.get_by_label("Quantity").fill("3")
    page.get_by_label("Due").fill("2099-03-01T12:00")
    page.get_by_label("Priority").select_option("1")
    page.get_by_label("Notes").fill("Handle\nwith care")


def _place(page: Page) -> None:
    page.get_by_role("button", name="Place the order").click()


def test_what_was_typed_is_there_again_after_the_log_in(person: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    page = person(Role.MANAGER)
    _order(page)
    _put_out(page)
    _place(page)
    _log_in(page, tenant)
    expect(page.locator("#content")).to_contain_text(NOTICE)
    expect(page.get_by_label("Notes")).to_have_value("Handle\nwith care")
    expect(page.get_by_label("Priority")).to_have_value("1")
    assert page.evaluate(KEPT) is None
    _place(page)
    page.wait_for_url("**/orders/0*")
    (made,) = rows(tenant, "SELECT quantity, priority, notes FROM orders")
    assert (made.quantity, made.priority, made.notes) == (3, 1, "Handle\r\nwith care")
    expect(page.locator("#content")).to_be_visible()
    assert page.evaluate(KEPT) is None
    page.goto("/orders/new")
    expect(page.get_by_label("Notes")).to_have_value("")


def test_nobody_else_sees_what_was_typed_and_it_is_gone(person: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    page = person(Role.MANAGER)
    _order(page)
    _put_out(page)
    _place(page)
    _log_in(page, tenant, "admin")
    page.wait_for_url("**/orders/new")
    expect(page.get_by_label("Notes")).to_have_value("")
    assert NOTICE not in page.locator("#content").inner_text()
    page.wait_for_function(f"{KEPT} === null")
    _put_out(page)
    page.goto("/orders/new")
    _log_in(page, tenant)
    page.wait_for_url("**/orders/new")
    expect(page.get_by_label("Notes")).to_have_value("")


def test_a_form_that_came_back_with_a_fault_is_found_again_where_it_was_opened(person: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    page = person(Role.MANAGER)
    _order(page)
    page.get_by_label("Quantity").fill("1.5")
    _place(page)
    expect(page.locator(".note-bad")).to_be_visible()
    page.get_by_label("Quantity").fill("4")
    _put_out(page)
    _place(page)
    _log_in(page, tenant)
    page.wait_for_url("**/orders/new")
    expect(page.locator("#content")).to_contain_text(NOTICE)
    expect(page.get_by_label("Quantity")).to_have_value("4")


def test_a_dialog_opens_again_and_another_change_meanwhile_is_not_overwritten(person: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    page = person(Role.MANAGER)
    page.goto(f"/orders/{hands.order_id}")
    page.locator("[data-opens=change]").click()
    page.locator("#change-priority").select_option("2")
    page.locator("#change-reason").fill("They wait")
    execute(tenant, "UPDATE orders SET row_version = row_version + 1")
    _put_out(page)
    page.locator("#change").get_by_role("button", name="Change", exact=True).click()
    _log_in(page, tenant)
    expect(page.locator("#change")).to_be_visible()
    expect(page.locator("#change")).to_contain_text(NOTICE)
    expect(page.locator("#change-reason")).to_have_value("They wait")
    page.locator("#change").get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".note-bad")).to_contain_text("was changed since you read it")
    assert scalar(tenant, "SELECT priority FROM orders") == 3


def test_lines_that_were_added_are_added_again(person: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    lamp = scalar(tenant, "SELECT id FROM parts WHERE sku = 'LAMP'")
    page = person(Role.INVENTORY_MANAGER)
    page.goto(f"/parts/{lamp}/bom")
    drawn = page.locator("[data-line]").count()
    page.locator("[data-adds]").click()
    page.locator("[data-line]").last.locator("[name=part]").fill("WIRE")
    page.locator("[data-line]").last.locator("[name=quantity]").fill("7")
    _put_out(page)
    page.locator("form[data-lines]").evaluate("(form) => form.requestSubmit()")
    _log_in(page, tenant, "inventory_manager")
    expect(page.locator("#content")).to_contain_text(NOTICE)
    assert page.locator("[data-line]").count() == drawn + 1
    expect(page.locator("[data-line]").last.locator("[name=part]")).to_have_value("WIRE")
    expect(page.locator("[data-line]").last.locator("[name=quantity]")).to_have_value("7")


def test_passwords_are_never_kept(person: Opens, tenant: Factory) -> None:  # noqa: ARG001 - the person is of its factory
    page = person(Role.ADMIN)
    page.goto("/users/new")
    page.locator("#username").fill("nina")
    page.locator("#display_name").fill("Nina")
    page.locator("#password").fill("crane over the green harbour")
    _put_out(page)
    page.locator("main form").first.evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    page.wait_for_url("**/login?next=*")
    kept = page.evaluate(KEPT)
    assert "nina" in kept
    assert "crane" not in kept
    assert '"key"' not in kept
