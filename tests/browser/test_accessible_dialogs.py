"""Dialogs in both themes held against WCAG 2.2 AA, the width of a phone, and targets for gloves."""

import pytest

from models.rules.access import Role
from tests.browser.accessibility import MARKS, Addresses, Opens, addresses, is_too_wide, violations
from tests.factories import Factory
from tests.floor import execute

__all__ = ["addresses"]
pytestmark = MARKS


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_dialog_breaks_a_rule_of_accessibility(
    person: Opens, addresses: Addresses, tenant: Factory, theme: str
) -> None:
    found: dict[str, list[str]] = {}
    execute(tenant, "UPDATE work_orders SET state = 'IN_PROGRESS' WHERE step_key = 'mount'")
    for role, path in (
        (Role.MANAGER, addresses["manager"][1][4]),
        (Role.MANAGER, addresses["manager"][1][8]),
        (Role.MANAGER, addresses["manager"][1][6]),
        (Role.MANAGER, "/orders"),
        (Role.MANAGER, "/work-orders"),
        (Role.TECHNICIAN, addresses["technician"][1][1]),
        *((Role.ADMIN, path) for path in addresses["administrator"][1][2:15]),
        (Role.INVENTORY_MANAGER, addresses["inventory manager"][1][-6]),
    ):
        page = person(role, theme=theme)
        page.goto(path)
        if page.locator(".kept").count():
            page.click(".kept > summary")
            if broken := violations(page):
                found[f"{path} kept filters"] = broken
        for name in page.eval_on_selector_all("dialog.sheet", "all => all.map((one) => one.id)"):
            page.evaluate("(id) => document.getElementById(id).showModal()", name)
            if broken := violations(page):
                found[f"{path} {name}"] = broken
            page.evaluate("(id) => document.getElementById(id).close()", name)
    assert found == {}


def test_nothing_is_wider_than_a_phone(person: Opens, addresses: Addresses) -> None:
    wide = []
    for role, paths in addresses.values():
        page = person(role, size="phone")
        for path in paths:
            page.goto(path)
            if is_too_wide(page):
                wide.append(path)
    assert wide == []


def test_the_stations_targets_are_large_enough_for_gloves(person: Opens, addresses: Addresses, tenant: Factory) -> None:
    execute(tenant, "UPDATE work_orders SET state = 'IN_PROGRESS' WHERE step_key = 'mount'")
    page = person(Role.TECHNICIAN, size="phone")
    page.goto(addresses["technician"][1][1])
    for selector, least in ((".dock button:visible", 96), (".tile:visible", 64), (".stepper-row button:visible", 64)):
        if selector != ".dock button:visible":
            page.evaluate("document.querySelectorAll('dialog').forEach((one) => one.open || one.show())")
        heights = [box["height"] for one in page.locator(selector).all() if (box := one.bounding_box())]
        assert heights, selector
        assert min(heights) >= least, selector
