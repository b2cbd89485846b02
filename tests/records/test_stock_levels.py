"""What is on hand beside what orders need: levels, shortages, and what a count does to them."""

from decimal import Decimal

import pytest

from models.messages.exports import EntryExport, LevelExport
from models.messages.stock import CountedPart, EntryFilters, LevelFilters, StockCount
from models.records import stock_ledger, stock_levels, stock_shortages, stock_views
from models.records.refusals import Unfit
from models.rules.access import Role
from tests.factories import Factory
from tests.floor import execute, lamp_job, place, publish_lamp, receive, scale, stock_of


def _levels(factory: Factory, **asked: object) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    with factory.read() as session:
        found = stock_levels.levels(session, LevelFilters.model_validate(asked)).items
    return {one.sku: (one.on_hand, one.needed, one.available) for one in found}


def test_what_orders_need_is_no_longer_available(tenant: Factory) -> None:
    publish_lamp(tenant)
    receive(tenant, BASE="10", SCREW="100")
    scale(tenant, place(tenant, "4"))
    levels = _levels(tenant)
    assert levels["BASE"] == (10, 4, 6)
    assert levels["BOX"] == (0, 4, -4)
    assert levels["LAMP"] == (0, 0, 0)
    assert set(_levels(tenant, short=True)) == {"BOX", "WIRE"}
    assert set(_levels(tenant, q="ba")) == {"BASE"}


def test_what_an_order_took_is_needed_no_more(tenant: Factory) -> None:
    hands = lamp_job(tenant, "4")
    before = _levels(tenant)["WIRE"]
    hands.work("cut")
    after = _levels(tenant)["WIRE"]
    assert before[1] > 0
    assert after[1] == 0
    assert before[2] == after[2]


def test_stock_goes_to_the_order_that_is_due_first(tenant: Factory) -> None:
    publish_lamp(tenant)
    receive(tenant, WIRE="100", SCREW="100", BOX="100", BASE="5")
    late, early = place(tenant, "4", due_at="2027-05-01T12:00:00Z"), place(tenant, "3", due_at="2027-04-01T12:00:00Z")
    for order in (late, early):
        scale(tenant, order)
    execute(tenant, "UPDATE parts SET lead_time_days = 10, minimum_stock = 1 WHERE sku = 'BASE'")
    with tenant.read() as session:
        (base,) = stock_shortages.shortages(session)
    assert (base.sku, base.on_hand, base.needed, base.missing, base.cost) == ("BASE", 5, 7, 3, Decimal("7.5"))
    assert [(one.order_id, one.needed, one.short) for one in base.orders] == [(late, 4, 2)]
    assert base.order_by is not None
    assert base.order_by.isoformat() == "2027-04-21T12:00:00+00:00"


def test_a_part_below_its_minimum_is_short_without_any_order(tenant: Factory) -> None:
    publish_lamp(tenant)
    execute(tenant, "UPDATE parts SET minimum_stock = 50 WHERE sku = 'BOX'")
    receive(tenant, BOX="20")
    with tenant.read() as session:
        (box,) = stock_shortages.shortages(session)
        totals = stock_levels.totals(session)
    assert (box.sku, box.missing, box.orders, box.order_by) == ("BOX", 30, (), None)
    assert (totals.parts, totals.short, totals.value) == (1, 1, Decimal(24))


def _count(factory: Factory, *lines: tuple[str, str]) -> None:
    counted = StockCount(lines=tuple(CountedPart(part=sku, counted=Decimal(many)) for sku, many in lines))
    with factory.begin() as session:
        stock_views.count(session, factory.actor(Role.INVENTORY_MANAGER), counted)


def test_what_was_counted_is_what_there_is_and_the_difference_is_posted(tenant: Factory) -> None:
    publish_lamp(tenant)
    receive(tenant, BASE="10", BOX="7")
    _count(tenant, ("BASE", "8"), ("BOX", "7"), ("SCREW", "40"))
    assert {sku: stock_of(tenant, sku) for sku in ("BASE", "BOX", "SCREW")} == {"BASE": 8, "BOX": 7, "SCREW": 40}
    with tenant.read() as session:
        posted = stock_ledger.entries(session, EntryFilters(kind="adjust", location="stock")).items
        assert stock_views.check(session).sound
    assert {(one.sku, one.quantity, one.reason) for one in posted} == {
        ("BASE", -2, "Counted"),
        ("SCREW", 40, "Counted"),
    }
    assert {one.actor for one in posted} == {"The inventory_manager"}


def test_half_a_piece_is_never_counted(tenant: Factory) -> None:
    publish_lamp(tenant)
    with pytest.raises(Unfit, match="steps of 1 pcs"):
        _count(tenant, ("BASE", "1.5"))


def test_the_ledger_names_the_cause_of_each_movement(tenant: Factory) -> None:
    hands = lamp_job(tenant, "2")
    hands.work("cut")
    with tenant.read() as session:
        (entry,) = stock_ledger.entries(session, EntryFilters(part="WIRE", kind="issue", location="stock")).items
        by_order = stock_ledger.entries(session, EntryFilters(order="ORD-000001")).items
        by_person = stock_ledger.entries(session, EntryFilters(actor="inventory_manager")).items
    assert (entry.order, entry.job, entry.step) == ("ORD-000001", "JOB-000001", "Cut wire")
    assert {one.sku for one in by_order} == {"WIRE"}
    assert {one.kind for one in by_person} == {"receipt"}


def test_a_whole_list_is_what_its_pages_are(tenant: Factory) -> None:
    lamp_job(tenant, "2")
    with tenant.read() as session:
        assert [one.sku for one in stock_levels.every_level(session, LevelExport(sort="-sku", limit=1))] == [
            "WIRE", "SCREW", "LAMP", "BOX", "BASE",
        ]  # fmt: skip
        assert len(list(stock_ledger.every_entry(session, EntryExport(limit=1)).of(("id",)))) == 8
