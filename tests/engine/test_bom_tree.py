from decimal import Decimal
from uuid import uuid4

import pytest

from models.messages.templates import BomLine, CatalogFacts, PartFacts
from models.rules.catalog import PartKind
from templates_engine.bom_tree import MOST_PLACES, tree
from templates_engine.boms import BomRefused


def _part(sku: str, cost: str = "0", uom: str = "pcs", **lines: str | BomLine) -> PartFacts:
    bom = tuple(
        each if isinstance(each, BomLine) else BomLine(part=part, quantity=Decimal(each), uom="pcs")
        for part, each in lines.items()
    )
    kind = PartKind.MADE if bom else PartKind.BOUGHT
    return PartFacts(id=uuid4(), sku=sku, name=sku, uom=uom, kind=kind, unit_cost=Decimal(cost), bom=bom)


def _catalog(*parts: PartFacts) -> CatalogFacts:
    return CatalogFacts(parts={part.sku: part for part in parts}, work_centers={}, skills=frozenset())


def test_each_part_stands_as_often_as_it_is_used_with_its_own_quantities() -> None:
    wire = BomLine(part="W", quantity=Decimal(50), uom="cm", scrap_percent=Decimal(10))
    found = tree(
        "A",
        _catalog(_part("A", B="2", C="1"), _part("B", C="3", W=wire), _part("C", "4"), _part("W", "2", "m")),
        Decimal(10),
    )
    assert [(one.path, one.part.sku, one.per_unit, one.quantity) for one in found.places] == [
        ("0", "B", 2, 20), ("0.0", "C", 3, 60), ("0.1", "W", Decimal("0.55"), Decimal(11)), ("1", "C", 1, 10),
    ]  # fmt: skip
    assert found.unit_cost == 2 * (3 * 4 + Decimal("1.1")) + 4
    assert not found.cut_off


def test_an_optional_line_is_shown_and_costs_nothing() -> None:
    extra = BomLine(part="C", quantity=Decimal(1), uom="pcs", optional=True)
    found = tree("A", _catalog(_part("A", B="1", C=extra), _part("B", "3"), _part("C", "9")), Decimal(1))
    assert [one.part.sku for one in found.places] == ["B", "C"]
    assert found.unit_cost == 3


def test_a_part_without_lines_costs_its_price() -> None:
    assert tree("A", _catalog(_part("A", "7")), Decimal(1)).unit_cost == 7


def test_a_tree_that_shares_assemblies_is_cut_off_before_it_grows_beyond_reading() -> None:
    levels = [_part(f"L{n}", **{f"L{n + 1}": "1"}) for n in range(12)]
    wide = [level.model_copy(update={"bom": level.bom * 2}) for level in levels]
    found = tree("L0", _catalog(*wide, _part("L12", "1")), Decimal(1))
    assert len(found.places) == MOST_PLACES
    assert found.cut_off
    assert found.unit_cost == 2**12


def test_a_circle_unknown_parts_and_units_that_do_not_fit_are_refused() -> None:
    ghost = BomLine(part="GHOST", quantity=Decimal(1), uom="pcs", optional=True)
    heavy = BomLine(part="B", quantity=Decimal(1), uom="kg", optional=True)
    for catalog, words in (
        (_catalog(_part("A", B="1"), _part("B", A="1")), "contains itself"),
        (_catalog(_part("A", C=ghost)), "GHOST"),
        (_catalog(_part("A", B=heavy), _part("B")), "cannot be converted"),
    ):
        with pytest.raises(BomRefused, match=words):
            tree("A", catalog, Decimal(1))
