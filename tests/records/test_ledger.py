from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from models.messages.catalog import PartDraft
from models.messages.stock import BalanceFilters, Postings, StockMove, StockPosting
from models.records.catalog.parts import create_part
from models.records.codes import take
from models.records.refusals import StockShort
from models.records.stock import post
from models.records.stock_views import adjust, balances, check, rebuild_balances, receive
from models.rules.catalog import PartKind
from models.rules.stock import Location, MoveKind
from tests.factories import Factory


@pytest.fixture
def stocked(tenant: Factory) -> Factory:
    """NUT and BOLT, 100 of each."""
    with tenant.begin() as session:
        for sku in ("NUT", "BOLT"):
            create_part(session, tenant.actor(), PartDraft(sku=sku, name=sku))
        receive(session, tenant.actor(), _lines(NUT=100, BOLT=100))
    return tenant


def _lines(**quantities: int) -> Postings:
    lines = (StockPosting(part=sku, quantity=Decimal(many), reason="test") for sku, many in quantities.items())
    return Postings(lines=tuple(lines))


def _on_hand(factory: Factory) -> dict[str, Decimal]:
    with factory.read() as session:
        return {row.sku: row.quantity for row in balances(session, BalanceFilters()).items}


def test_balances_are_rebuilt_from_the_ledger_whatever_stood_in_them(stocked: Factory) -> None:
    with stocked.begin() as session:
        session.execute(text("UPDATE stock_balances SET quantity = quantity + 7"))
    with stocked.read() as session:
        found = check(session)
        assert not found.sound
        assert len(found.faults) == 4
    with stocked.begin() as session:
        rebuild_balances(session)
    assert _on_hand(stocked) == {"NUT": 100, "BOLT": 100}
    with stocked.read() as session:
        assert check(session).sound


def test_a_movement_with_one_leg_is_named_even_where_the_balances_fit(stocked: Factory) -> None:
    with stocked.begin() as session:
        # Two lone legs whose sum is nothing: together they deceive every sum but that of each movement.
        for number, quantity in enumerate((3, -3)):
            session.execute(
                text("""
                    INSERT INTO stock_entries (tenant_id, id, move_key, kind, part_id, location, quantity, uom,
                        unit_cost, occurred_at, posted_at)
                    SELECT tenant_id, gen_random_uuid(), :key, 'adjust', id, 'stock', :quantity, uom, 0, now(), now()
                      FROM parts WHERE sku = 'NUT'
                """),
                {"key": f"lone {number}", "quantity": quantity},
            )
    with stocked.read() as session:
        found = check(session)
    assert (found.sound, found.entries) == (False, 6)
    assert sorted((fault.sku, fault.location, fault.ledger) for fault in found.faults) == [
        ("NUT", None, -3),
        ("NUT", None, 3),
    ]


def test_rebuilding_one_factory_leaves_another_alone(stocked: Factory, other_tenant: Factory) -> None:
    with other_tenant.begin() as session:
        rebuild_balances(session)
    assert _on_hand(stocked) == {"NUT": 100, "BOLT": 100}


def test_twenty_who_take_at_once_never_take_more_than_there_is(stocked: Factory) -> None:
    def take_some(number: int) -> bool:
        # Half of them name the parts the other way round: locks must still be taken in one order.
        wanted = {"NUT": -9, "BOLT": -9} if number % 2 else {"BOLT": -9, "NUT": -9}
        try:
            with stocked.begin() as session:
                adjust(session, stocked.actor(), _lines(**wanted))
        except StockShort:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take_some, range(20)))
    assert sum(taken) == 11
    assert _on_hand(stocked) == {"NUT": 1, "BOLT": 1}
    with stocked.read() as session:
        assert check(session).sound


def test_made_parts_are_worth_what_they_cost_until_they_are_gone(tenant: Factory) -> None:
    with tenant.begin() as session:
        lamp = create_part(session, tenant.actor(), PartDraft(sku="LAMP", name="Lamp", kind=PartKind.MADE)).id

    def produce(quantity: int, cost: str) -> None:
        with tenant.begin() as session:
            post(session, [StockMove(
                key=cost, kind=MoveKind.PRODUCE, part_id=lamp, quantity=Decimal(quantity), unit_cost=Decimal(cost),
                occurred_at=datetime.now(UTC),
            )])  # fmt: skip

    def take_out(quantity: int) -> None:
        with tenant.begin() as session:
            adjust(session, tenant.actor(), _lines(LAMP=-quantity))

    def worth(location: Location = Location.STOCK) -> Decimal:
        with tenant.read() as session:
            (found,) = balances(session, BalanceFilters(location=location)).items
        return found.value

    produce(3, "10.5")
    assert worth() == Decimal("31.5")
    produce(1, "14.1")
    assert worth() == Decimal("45.6")
    take_out(2)
    assert worth() == Decimal("22.8"), "half of what was there"
    assert worth(Location.ADJUSTMENT) == Decimal("22.8")
    produce(2, "3.333333")
    assert worth() == Decimal("29.466666")
    take_out(3)
    take_out(1)
    assert abs(worth()) <= Decimal("0.000004")
    with tenant.begin() as session:
        adjust(session, tenant.actor(), _lines(LAMP=1))
    assert abs(worth()) <= Decimal("0.000004"), "found again after all were gone: worth the part's own cost, none"


def test_a_bought_part_is_worth_its_present_cost(stocked: Factory) -> None:
    with stocked.begin() as session:
        session.execute(text("UPDATE parts SET unit_cost = 0.25 WHERE sku = 'NUT'"))
    with stocked.read() as session:
        assert {row.sku: row.value for row in balances(session, BalanceFilters()).items} == {"NUT": 25, "BOLT": 0}


def test_the_largest_figures_have_a_value_too(stocked: Factory) -> None:
    with stocked.begin() as session:
        session.execute(text("UPDATE parts SET unit_cost = 999999999999.999999"))
        receive(session, stocked.actor(), Postings(lines=(StockPosting(part="NUT", quantity=Decimal(999999999899)),)))
    with stocked.read() as session:
        assert max(row.value for row in balances(session, BalanceFilters()).items) > Decimal("9e23")


def test_codes_are_given_out_once_and_without_gaps(tenant: Factory) -> None:
    def some(count: int) -> list[str]:
        with tenant.begin() as session:
            return take(session, tenant.id, "WO", count)

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(code for block in pool.map(some, [1, 5, 2, 7, 3, 4]) for code in block)
    assert codes == [f"WO-{number:06d}" for number in range(1, 23)]
