"""One order through the screens of six people."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from models.rules.access import Role
from tests.api.running import Floor, completion, until
from tests.factories import Factory
from tests.floor import scalar, stock_of

Opens = Callable[..., Page]


def _order(carla: Page) -> str:
    """The customer places an order and sees in plain words that it has arrived; returns its code."""
    carla.goto("/orders")
    expect(carla.get_by_text("You have not ordered anything yet")).to_be_visible()
    carla.get_by_role("link", name="New order").first.click()
    expect(carla.get_by_label("Priority")).to_have_count(0)
    carla.get_by_label("Quantity").fill("2")
    carla.get_by_label("When do you need it?").fill("2099-03-01T12:00")
    carla.get_by_label("Your own reference").fill("PO-77")
    carla.get_by_role("button", name="Place the order").click()
    expect(carla.locator(".own-sentence")).to_contain_text("work on it has not begun yet")
    for hidden in ("Cost", "Template", "Work centre", "JOB-"):
        expect(carla.locator("main")).not_to_contain_text(hidden)
    return str(carla.locator(".crumbs li").last.inner_text())


def _take_on(maria: Page, code: str, tenant: Factory) -> None:
    """The manager finds it, moves it up with a reason, and gives all its work to the technician at once."""
    maria.goto("/orders")
    maria.get_by_role("link", name=code).click()
    expect(maria.get_by_role("heading", name="On time")).to_be_visible()
    maria.get_by_role("button", name="Change …").click()
    sheet = maria.get_by_role("dialog")
    sheet.get_by_label("Priority").select_option("1")
    sheet.get_by_label("Why is it changed?").fill("First order of a new customer")
    sheet.get_by_role("button", name="Change", exact=True).click()
    expect(maria.locator("main")).to_contain_text("Priority 3 → 1")
    expect(maria.locator("main")).to_contain_text("First order of a new customer")
    maria.goto("/work-orders")
    maria.get_by_label("Choose all shown").check()
    maria.get_by_role("button", name="Do something with them …").click()
    sheet = maria.get_by_role("dialog")
    sheet.get_by_label("Person or team").select_option(f"person:{tenant.actor(Role.TECHNICIAN).user_id}")
    sheet.get_by_role("button", name="Do it").click()
    expect(maria.get_by_role("heading", level=1)).to_have_text("5 of 5 done")


def _see_stock(ivan: Page, sku: str) -> None:
    """The inventory manager sees on the order what it has taken."""
    ivan.goto("/orders")
    ivan.get_by_role("link", name=re.compile("ORD-")).first.click()
    row = ivan.locator("tr").filter(has_text=sku)
    expect(row.locator("td").nth(1)).to_have_text("2")


def test_one_order_through_the_screens_of_six_people(person: Opens, floor: Floor, tenant: Factory) -> None:
    carla, maria, victor = person(Role.CUSTOMER), person(Role.MANAGER), person(Role.VIEWER)
    victor.goto("/figures")
    expect(victor.locator(".kpi").first).to_contain_text("0")
    code = _order(carla)
    until(lambda: [job for job in floor.jobs(scalar(tenant, "SELECT id FROM orders")) if job["seq"] > 0])
    _take_on(maria, code, tenant)

    tom = person(Role.TECHNICIAN, size="phone")
    tom.goto("/station")
    expect(tom.locator("main")).to_contain_text("Cut wire")
    job = floor.jobs(scalar(tenant, "SELECT id FROM orders"))[0]
    before = stock_of(tenant, "BASE")
    for step in ("cut", "mount", "polish", "check", "pack"):
        for action in ("start", "complete"):
            body = None if action == "start" else completion(step)
            answer = floor.act(job, step, action, body)
            assert answer.status_code == 200, answer.text
        if step == "mount":
            carla.reload()
            expect(carla.locator("main")).to_contain_text("It is being made since")
    assert before - stock_of(tenant, "BASE") == 2
    _see_stock(person(Role.INVENTORY_MANAGER), "BASE")

    until(lambda: scalar(tenant, "SELECT status FROM orders") == "DONE")
    carla.reload()
    expect(carla.locator(".own-sentence")).to_contain_text("It is done: 2 pieces.")
    expect(carla.locator("main")).to_contain_text("100 %")
    ada = person(Role.ADMIN)
    ada.goto(f"/jobs/{job['id']}")
    expect(ada.locator("main")).to_contain_text("This job has ended; nothing is left to do.")
    victor.reload()
    expect(victor.locator(".kpi").first.locator(".kpi-value")).to_have_text("2")
    expect(victor.locator(".kpi").nth(1).locator(".kpi-value")).to_have_text("100 %")
