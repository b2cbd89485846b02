"""An inventory manager's day: a list brought in, goods received by scanner, a count, and a shortage that goes."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from models.rules.access import Role
from tests.factories import Factory
from tests.floor import place, publish_lamp, receive, scale, stock_of

Opens = Callable[..., Page]
LIST = "Part number;Name;Quantity;Unit cost;Supplier\nBASE;Lamp base;1;2,50;Acme\nFOOT;Rubber foot;4;0,10;Acme\n"


def _lacking_base(factory: Factory) -> None:
    publish_lamp(factory)
    receive(factory, WIRE="100", SCREW="100", BOX="100")
    scale(factory, place(factory, "4"))


def test_an_inventory_managers_day(person: Opens, tenant: Factory) -> None:
    _lacking_base(tenant)
    page = person(Role.INVENTORY_MANAGER)
    page.goto("/")
    expect(page.get_by_role("heading", name="Stock", level=1)).to_be_visible()
    page.get_by_role("link", name="What to get, and by when").click()
    expect(page.get_by_role("link", name="ORD-000001")).to_be_visible()

    page.goto("/imports/new")
    page.set_input_files("#file", {"name": "lamp.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    expect(page.locator("[data-file-name]")).to_have_text("lamp.csv")
    page.fill("#parent", "LAMP")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("row", name="FOOT")).to_contain_text("New")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: 1 parts added, 1 changed")).to_be_visible()
    page.get_by_role("link", name="To LAMP").click()
    expect(page.locator(".tree")).to_contain_text("FOOT")

    page.goto("/stock/receive")
    expect(page.get_by_label("Part number").first).to_be_focused()
    page.keyboard.type("base|C-7\n4\n")
    expect(page.get_by_label("Lot").first).to_have_value("C-7")
    page.keyboard.type("FOOT\n40\n")
    expect(page.locator("[data-told]").first).to_contain_text("Lamp base")
    page.get_by_role("button", name="Receive", exact=True).click()
    expect(page.get_by_text("In stock now: BASE 4 pcs, FOOT 40 pcs.")).to_be_visible()
    assert (stock_of(tenant, "BASE"), stock_of(tenant, "FOOT")) == (4, 40)

    page.goto("/stock/count?part=FOOT")
    page.get_by_label("Counted", exact=True).fill("38")
    page.get_by_role("button", name="Post the count").click()
    expect(page.get_by_text("In stock now: FOOT 38 pcs.")).to_be_visible()

    page.goto("/stock/shortages")
    expect(page.get_by_text("Nothing is short")).to_be_visible()
    page.goto("/stock/check")
    expect(page.get_by_text("The books are right")).to_be_visible()


def test_a_scanner_receives_on_a_phone_without_a_tap(person: Opens, tenant: Factory) -> None:
    _lacking_base(tenant)
    page = person(Role.INVENTORY_MANAGER, size="phone")
    page.goto("/stock/receive")
    expect(page.get_by_label("Part number").first).to_be_focused()
    page.keyboard.type("BASE\n")
    expect(page.get_by_label("Quantity").first).to_be_focused()
    page.keyboard.type("2\n")
    expect(page.get_by_label("Part number").nth(1)).to_be_focused()
    page.keyboard.type("GHOST\n1")
    expect(page.locator("[data-told]").nth(1)).to_have_text("There is no such part.")
    page.get_by_role("button", name="Receive", exact=True).click()
    expect(page.get_by_text("There is no part 'GHOST'.")).to_be_visible()
    assert stock_of(tenant, "BASE") == 0


def test_a_tree_opens_and_closes_by_keyboard(person: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    page = person(Role.INVENTORY_MANAGER)
    page.goto("/parts?q=LAMP")
    page.get_by_role("link", name="LAMP", exact=True).click()
    page.get_by_role("link", name="Add lines").click()
    page.keyboard.press("Tab")
    page.get_by_label("Part", exact=True).first.focus()
    page.keyboard.type("BASE\n2\n")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tree")).to_contain_text("BASE")
    page.goto("/products")
    page.get_by_role("link", name="LAMP", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Material for one")).to_be_visible()
