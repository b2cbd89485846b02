from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.boms import requirement
from templates_engine.boms import BomRefused, explode, scale
from templates_engine.compile import compile_template
from tests.engine.sample_factory import bom_line, catalog, demo, demo_catalog, document, line, part, step


def test_a_shared_assembly_is_counted_over_all_places_it_is_used():
    facts = catalog(
        part("CAR", bom=(bom_line("AXLE", "2"), bom_line("WHEEL", "1"), bom_line("SCREW", optional=True))),
        part("AXLE", bom=(bom_line("WHEEL", "2", scrap="50"), bom_line("BELT", "25", "cm"))),
        part("WHEEL", bom=(bom_line("SCREW", "5"),)),
    )
    lines = explode("CAR", facts, Decimal(10))
    assert [(entry.part.sku, entry.level, entry.quantity) for entry in lines] == [
        ("AXLE", 1, 20),
        ("BELT", 2, 5),
        ("WHEEL", 2, 70),
        ("SCREW", 3, 350),
    ]


def test_a_part_without_a_bill_has_nothing_below_it():
    assert explode("SCREW", catalog(), Decimal(1)) == ()


def test_three_hundred_levels_of_doubling_are_walked_once_each():
    deep = [part(f"L{level}", bom=(bom_line(f"L{level + 1}"), bom_line(f"L{level + 1}"))) for level in range(300)]
    lines = explode("L0", catalog(*deep, part("L300")), Decimal(1))
    assert (lines[-1].part.sku, lines[-1].level) == ("L300", 300)
    assert lines[-1].quantity == Decimal(2**300)


@pytest.mark.parametrize(
    ("parts", "words", "path"),
    [
        ((part("A", bom=(bom_line("B"),)), part("B", bom=(bom_line("A"),))), "A → B → A", ("A", "B", "A")),
        ((part("A", bom=(bom_line("GHOST"),)),), "of 'A' lists 'GHOST'", ()),
        ((), "no part 'A' in the catalog", ()),
        ((part("A", bom=(bom_line("BELT", uom="kg"),)),), "of 'A', part 'BELT': .* cannot be converted", ()),
        ((part("A", bom=(bom_line("BELT", uom="ell"),)),), "'ell' is not known", ()),
    ],
)
def test_a_bill_that_cannot_be_exploded_is_refused(parts, words, path):
    with pytest.raises(BomRefused, match=words) as refusal:
        explode("A", catalog(*parts), Decimal(1))
    assert refusal.value.path == path


def test_a_plan_scales_line_by_line_and_the_same_part_stays_two_lines():
    authored = document(
        step("A", parts=(line("SCREW", "0.5"),)), step("B", "A", parts=(line("SCREW", "0.5"), line("BELT")))
    )
    scaled = scale(compile_template(authored, catalog()), Decimal(3))
    assert [(entry.step, entry.line, entry.sku, entry.quantity) for entry in scaled.lines] == [
        (0, 0, "SCREW", 2),
        (1, 0, "SCREW", 2),
        (1, 1, "BELT", 3),
    ]
    assert dict(scaled.totals) == {"BELT": 3, "SCREW": 4}
    assert scaled.lines[2].uom == "m"


@given(st.integers(1, 500))
def test_the_demo_machine_scales_to_any_number_of_machines(machines):
    plan = _DEMO
    scaled = scale(plan, Decimal(machines))
    for total in plan.parts:
        lines = [entry for entry in scaled.lines if entry.sku == total.sku]
        assert scaled.totals[total.sku] == sum(entry.quantity for entry in lines) == total.quantity * machines
    assert len(scaled.lines) == sum(len(entry.parts) for entry in plan.steps)
    first = plan.steps[0].parts[0]
    assert scaled.lines[0].quantity == requirement(first, Decimal(machines)) == Decimal("1.248") * machines


_DEMO = compile_template(demo().document, demo_catalog(demo()))
