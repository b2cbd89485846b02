"""Stock by pages: received, counted and adjusted once, never below zero, and each movement with its cause."""

import re
from collections.abc import Callable
from decimal import Decimal

from models.messages.commands import PartUsed
from models.records import stock_views
from models.rules.access import Role
from tests.factories import Factory
from tests.floor import execute, lamp_job, place, publish_lamp, receive, scalar, scale, stock_of
from tests.pages.conftest import Browser
from tests.pages.reading import Reader, words

Opens = Callable[..., Browser]


def _lines(quantity: str = "quantity", **parts: str) -> dict[str, object]:
    return {
        "key": "k", "part": list(parts), quantity: list(parts.values()), "uom": [""] * len(parts),
        "unit_cost": [""] * len(parts), "lot": [""] * len(parts), "reason": "DN 12",
    }  # fmt: skip


def test_goods_are_received_once_and_the_page_says_what_there_is_now(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    ivan = browser(Role.INVENTORY_MANAGER)
    for _ in range(2):
        answer = ivan.post("/stock/receive", _lines(BASE="20", WIRE="2,5"))
        assert answer.status_code == 303, answer.text
    assert (stock_of(tenant, "BASE"), str(stock_of(tenant, "WIRE"))) == (20, "2.500000")
    assert "Received. In stock now: BASE 20 pcs, WIRE 2.5 m." in words(ivan.get("/stock/receive").text)
    ivan.post("/stock/receive", _lines(BASE="1") | {"key": "k2"}, accept_language="de")
    form = ivan.get("/stock/receive", accept_language="de").text
    assert "Jetzt im Bestand: BASE 21 Stück." in words(form)
    assert '<option value="pcs" data-words="Stück">Stück (pcs)</option>' in form
    ledger = words(ivan.get("/stock/ledger").text)
    # On a narrow screen the time stands under the part.
    assert re.search(r"BASE Base \d+ \w+, [\d:]+ Received DN 12 \+20 pcs DN 12 The inventory_manager", ledger)


def test_one_wrong_line_posts_nothing_and_is_told_at_its_place(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    ivan = browser(Role.INVENTORY_MANAGER)
    answer = ivan.post("/stock/receive", _lines(BASE="1", GHOST="2"))
    assert answer.status_code == 422
    assert "There is no part" in answer.text.split('id="part-1-told"')[1]
    assert 'value="GHOST"' in answer.text
    none = ivan.post("/stock/receive", _lines() | {"key": "k2"})
    assert none.status_code == 422
    assert stock_of(tenant, "BASE") == 0


def test_stock_never_falls_below_zero_and_all_that_is_short_is_listed(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    receive(tenant, BASE="3", BOX="1")
    answer = browser(Role.INVENTORY_MANAGER).post("/stock/adjust", _lines(BASE="-5", BOX="-2"))
    assert answer.status_code == 422
    text = words(answer.text)
    assert "BASE Base: 3 pcs there, 5 pcs wanted" in text
    assert "BOX Box: 1 pcs there, 2 pcs wanted" in text
    assert stock_of(tenant, "BASE") == 3


def test_a_count_posts_the_difference_and_the_books_stay_right(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    receive(tenant, BASE="3")
    ivan = browser(Role.INVENTORY_MANAGER)
    assert ivan.post("/stock/count", _lines("counted", BASE="2", SCREW="90")).status_code == 303
    assert (stock_of(tenant, "BASE"), stock_of(tenant, "SCREW")) == (2, 90)
    assert "The books are right" in ivan.get("/stock/check").text
    execute(tenant, "UPDATE stock_balances SET quantity = 7 WHERE location = 'stock' AND quantity = 2")
    assert "BASE stock 2 7" in words(ivan.get("/stock/check").text)
    with tenant.begin() as session:
        stock_views.rebuild_balances(session)
    assert "The books are right" in ivan.get("/stock/check").text


def test_a_shortage_names_its_orders_and_goes_with_the_receipt(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    receive(tenant, WIRE="100", SCREW="100", BOX="100")
    execute(tenant, "UPDATE parts SET lead_time_days = 5 WHERE sku = 'BASE'")
    scale(tenant, place(tenant, "4"))
    ivan = browser(Role.INVENTORY_MANAGER)
    text = words(ivan.get("/stock/shortages").text)
    assert "BASE Base 0 pcs on hand, 4 pcs needed by orders" in text
    assert "Buy 4 pcs" in text
    assert "ORD-000001 Desk lamp" in text
    assert "BASE Base" in words(ivan.get("/stock?short=true").text)
    ivan.post("/stock/receive", _lines(BASE="4"))
    assert "Nothing is short" in ivan.get("/stock/shortages").text


def test_the_ledger_is_filtered_by_order_person_and_day(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant, "2").work("cut")
    maria = browser(Role.MANAGER)
    page = Reader(maria.get("/stock/ledger?order=ORD-000001").text)
    order = scalar(tenant, "SELECT id FROM orders")
    assert f"/orders/{order}" in page.addresses
    assert "Received" not in page.text.split("Value")[1]
    assert "Used" not in Reader(maria.get("/stock/ledger?actor=inventory_manager").text).text.split("Value")[1]
    assert "Nothing fits" in maria.get("/stock/ledger?until=2020-01-01").text
    assert "WIRE" in maria.get("/stock/ledger?since=2020-01-01&until=2190-01-01&kind=issue").text
    link = next(one for one in page.addresses if "entries/export" in one)
    assert maria.get(link).text.count("ORD-000001") == 1


def test_the_ledger_names_the_lot_that_was_used(browser: Opens, tenant: Factory) -> None:
    used = (PartUsed(part="WIRE", quantity=Decimal("0.4"), lot="B-77"),)
    lamp_job(tenant, "2").work("cut", parts_used=used)
    assert "Lot B-77" in Reader(browser(Role.MANAGER).get("/stock/ledger").text).text


def test_a_lot_is_received_typed_or_with_its_label_and_all_its_movements_are_shown(
    browser: Opens, tenant: Factory
) -> None:
    lamp_job(tenant, "2").work("cut", parts_used=(PartUsed(part="WIRE", quantity=Decimal("0.4"), lot="B/77"),))
    ivan = browser(Role.INVENTORY_MANAGER)
    ivan.post("/stock/receive", _lines(**{"WIRE|B/77": "9", "BASE": "4"}) | {"lot": ["", "C-1"]})
    ivan.post("/stock/count", _lines("counted", **{"BOX|X": "4"}) | {"key": "k2"})
    ledger = Reader(ivan.get("/stock/ledger").text)
    assert "/stock/ledger?lot=B%2F77" in ledger.addresses
    assert ("Lot C-1" in ledger.text, stock_of(tenant, "BOX")) == (True, 4)
    moved = Reader(ivan.get("/stock/ledger?lot=B%2F77").text).text
    assert ("Used" in moved, "+9 m" in moved, "C-1" in moved) == (True, True, False)
    assert ivan.get("/scan/lot:C-1").headers["location"] == "/stock/ledger?lot=C-1"


def test_who_may_only_look_is_offered_no_way_to_move_stock(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    page = Reader(browser(Role.MANAGER).get("/stock").text)
    assert "/stock/receive" not in page.addresses
    assert browser(Role.MANAGER).get("/stock/receive").status_code == 403
