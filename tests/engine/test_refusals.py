from decimal import Decimal
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given

from models.messages.templates import DataField, FaultKind, Predecessor
from models.rules.catalog import PartKind
from models.rules.templates import DataKind, LineBasis
from templates_engine.compile import compile_template
from templates_engine.refusal import TemplateRefused
from tests.engine.sample_factory import any_documents, bom_line, catalog, document, line, part, step


def _faults(authored, facts=None):
    with pytest.raises(TemplateRefused) as refusal:
        compile_template(authored, facts or catalog())
    return refusal.value.faults


def _kinds(faults):
    return [(fault.kind, fault.step) for fault in faults]


def test_a_cycle_is_refused_with_its_path():
    faults = _faults(document(step("A", "C"), step("B", "A"), step("C", "B"), step("D", "C")))
    assert _kinds(faults) == [(FaultKind.CYCLE, "A"), (FaultKind.UNREACHABLE, "D")]
    assert faults[0].path == ("A", "B", "C", "A")
    assert "A → B → C → A" in faults[0].message


def test_a_step_after_itself_is_a_cycle_of_one():
    assert _faults(document(step("A", "A")))[0].path == ("A", "A")


@given(any_documents())
def test_any_tangle_is_either_compiled_or_refused_with_real_cycles(authored):
    graph = nx.DiGraph((link.step, entry.key) for entry in authored.steps for link in entry.after)
    if nx.is_directed_acyclic_graph(graph) and (graph.order() == 0 or nx.is_weakly_connected(graph)):
        apart = len(authored.steps) - graph.order() - (graph.order() == 0)
        if not apart:
            compile_template(authored, catalog())
            return
    faults = _faults(authored)
    assert all(fault.step for fault in faults)
    cycles = [fault for fault in faults if fault.kind is FaultKind.CYCLE]
    knots = [c for c in nx.strongly_connected_components(graph) if len(c) > 1 or graph.has_edge(*(list(c) * 2))]
    assert len(cycles) == len(knots)
    for fault in cycles:
        assert fault.path[0] == fault.path[-1] == fault.step
        assert all(graph.has_edge(before, after) for before, after in pairwise(fault.path))


def test_an_unknown_predecessor_is_refused_and_what_follows_can_never_start():
    faults = _faults(document(step("A", "ghost", "A0"), step("A0"), step("B", "A"), step("C", "B")))
    assert _kinds(faults) == [
        (FaultKind.UNKNOWN_PREDECESSOR, "A"),
        (FaultKind.UNREACHABLE, "B"),
        (FaultKind.UNREACHABLE, "C"),
    ]
    assert "comes after 'ghost'" in faults[0].message


def test_an_island_is_refused_once_with_its_steps():
    faults = _faults(document(step("A"), step("B", "A"), step("C", "A"), step("X"), step("Y", "X"), step("Z")))
    assert _kinds(faults) == [(FaultKind.UNREACHABLE, "X"), (FaultKind.UNREACHABLE, "Z")]
    assert faults[0].path == ("X", "Y")
    assert "'X' and the steps joined to it, 2 in all," in faults[0].message


def test_several_starts_and_ends_are_fine_when_they_hang_together():
    plan = compile_template(document(step("A"), step("B"), step("C", "A", "B"), step("D", "A")), catalog())
    assert len(plan.steps) == 4


def test_duplicate_keys_and_repeated_predecessors_are_refused():
    faults = _faults(document(step("A"), step("B", "A", "A"), step("A", "B")))
    assert _kinds(faults) == [(FaultKind.DUPLICATE_KEY, "A"), (FaultKind.DUPLICATE_KEY, "B")]
    assert "used twice: by step 1 and by step 3" in faults[0].message


def test_a_repeated_predecessor_is_found_in_a_tangled_template_too():
    faults = _faults(document(step("A", "B", "B"), step("B", "A")))
    assert {fault.kind for fault in faults} == {FaultKind.CYCLE, FaultKind.DUPLICATE_KEY}


def test_unknown_work_centre_and_part_name_the_step():
    faults = _faults(document(step("A", work_center="MOON", parts=(line("GHOST"),))))
    assert _kinds(faults) == [(FaultKind.UNKNOWN_WORK_CENTER, "A"), (FaultKind.UNKNOWN_PART, "A")]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (line(quantity="0"), "quantity is 0"),
        (line(quantity="-1.5"), "quantity is -1.5"),
        (line(basis=LineBasis.PER_BATCH), "needs the batch size"),
        (line(rounding_multiple=Decimal("2.5")), "whole number"),
        (line("TIME", "0.001", uom="s"), "less than 0.000001 h"),
    ],
)
def test_a_bad_quantity_is_refused(bad, words):
    (fault,) = _faults(document(step("A", parts=(bad,))))
    assert (fault.kind, fault.step) == (FaultKind.BAD_QUANTITY, "A")
    assert words in fault.message


@pytest.mark.parametrize(("uom", "words"), [("kg", "cannot be converted to 'm'"), ("ell", "'ell' is not known")])
def test_a_bad_unit_is_refused(uom, words):
    (fault,) = _faults(document(step("A", parts=(line("BELT", uom=uom),))))
    assert fault.kind is FaultKind.BAD_UNIT
    assert words in fault.message


def test_a_part_whose_stock_unit_is_unknown_is_refused():
    (fault,) = _faults(document(step("A", parts=(line("ODD"),))), catalog(part("ODD", uom="ell")))
    assert fault.kind is FaultKind.BAD_UNIT


def test_a_product_cannot_be_a_part_of_itself():
    (fault,) = _faults(document(step("A", parts=(line("LAMP"),))), catalog(part("LAMP")))
    assert fault.kind is FaultKind.BAD_BOM


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"quality_gate": True, "rework_to": "C"}, "does not come before it"),
        ({"quality_gate": True, "rework_to": "B"}, "does not come before it"),
        ({"quality_gate": True, "rework_to": "ghost"}, "not a step of this template"),
        ({"rework_to": "A"}, "is not a quality gate"),
    ],
)
def test_rework_that_does_not_go_back_is_refused(more, words):
    (fault,) = _faults(document(step("A"), step("B", "A", **more), step("C", "A"), step("D", "B", "C")))
    assert (fault.kind, fault.step) == (FaultKind.BAD_GATE, "B")
    assert words in fault.message


def test_gates_are_checked_in_a_tangled_template_too():
    authored = document(
        step("A"),
        step("B", "A", quality_gate=True, rework_to="A"),
        step("C", "B", quality_gate=True, rework_to="C"),
        step("X", "X"),
    )
    assert _kinds(_faults(authored)) == [(FaultKind.BAD_GATE, "C"), (FaultKind.CYCLE, "X")]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"kind": DataKind.CHOICE}, "needs at least one choice"),
        ({"kind": DataKind.TEXT, "choices": ("a",)}, "only a choice"),
        ({"kind": DataKind.CHOICE, "choices": ("a", "a")}, "offered twice"),
        ({"kind": DataKind.TEXT, "minimum": Decimal(1)}, "only a number can have limits"),
        ({"kind": DataKind.NUMBER, "minimum": Decimal(2), "maximum": Decimal(1)}, "minimum 2 is above the maximum 1"),
        ({"kind": DataKind.NUMBER, "expect": True}, "only a yes-or-no field"),
    ],
)
def test_a_data_field_that_makes_no_sense_is_refused(field, words):
    (fault,) = _faults(document(step("A", data=(DataField(key="f", label="F", **field),))))
    assert (fault.kind, fault.step) == (FaultKind.BAD_DATA_FIELD, "A")
    assert words in fault.message


def test_two_data_fields_with_one_key_are_refused():
    field = DataField(key="f", label="F", kind=DataKind.NUMBER, minimum=Decimal(1), maximum=Decimal(2))
    (fault,) = _faults(document(step("A", data=(field, field))))
    assert "used twice" in fault.message


def test_all_faults_come_at_once_in_the_order_of_the_steps():
    authored = document(
        step("A", parts=(line(quantity="0", uom="kg"), line("GHOST"))),
        step("B", "A", "ghost"),
        step("C", "D", work_center="MOON"),
        step("D", "C", rework_to="A"),
    )
    with pytest.raises(TemplateRefused, match="The template has 7 faults") as refusal:
        compile_template(authored, catalog())
    assert _kinds(refusal.value.faults) == [
        (FaultKind.BAD_UNIT, "A"),
        (FaultKind.BAD_QUANTITY, "A"),
        (FaultKind.UNKNOWN_PART, "A"),
        (FaultKind.UNKNOWN_PREDECESSOR, "B"),
        (FaultKind.UNKNOWN_WORK_CENTER, "C"),
        (FaultKind.CYCLE, "C"),
        (FaultKind.BAD_GATE, "D"),
    ]


def _phantom(sku, *lines):
    return part(sku, kind=PartKind.PHANTOM, bom=lines)


def test_a_phantom_is_exploded_through_with_its_losses():
    facts = catalog(
        _phantom(
            "KIT", bom_line("BAG", "2", scrap="10"), bom_line("BELT", "50", "cm"), bom_line("TIME", optional=True)
        ),
        _phantom("BAG", bom_line("SCREW", "3", scrap="50")),
    )
    more = {"scrap_percent": Decimal(100), "setup_quantity": Decimal(1)}
    plan = compile_template(document(step("A", parts=(line("SCREW"), line("KIT", "5", **more)))), facts)
    assert [(p.line, p.sku, p.quantity, p.scrap_percent, p.setup_quantity) for p in plan.steps[0].parts] == [
        (0, "SCREW", 1, 0, 0),
        (1, "SCREW", 66, 50, Decimal("9.9")),  # 5 kits doubled, 2 bags each and a tenth more, 3 screws each
        (2, "BELT", 5, 0, Decimal("0.5")),
    ]
    screws = next(total for total in plan.parts if total.sku == "SCREW")
    assert screws.quantity == 1 + 109  # 66 x 1.5 + 1 kit x 2.2 bags x 3 x 1.5 = 108.9


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((_phantom("KIT"),), "'KIT' has no parts of its own"),
        ((_phantom("KIT", bom_line("SCREW", optional=True)),), "has no parts of its own"),
        ((_phantom("KIT", bom_line("BAG")), _phantom("BAG", bom_line("KIT"))), "KIT → BAG → KIT"),
        ((_phantom("KIT", bom_line("GHOST")),), "'GHOST', which is not known"),
        ((_phantom("KIT", bom_line("BELT", uom="kg")),), "'kg' cannot be converted to 'm'"),
        ((_phantom("KIT", bom_line("BELT", uom="ell")),), "'ell' is not known"),
    ],
)
def test_a_phantom_that_cannot_be_exploded_is_refused(parts, words):
    (fault,) = _faults(document(step("A", parts=(line("KIT"),))), catalog(*parts))
    assert (fault.kind, fault.step) == (FaultKind.BAD_BOM, "A")
    assert words in fault.message


def test_a_phantom_is_not_rounded_up_to_a_multiple():
    facts = catalog(_phantom("KIT", bom_line("SCREW")))
    (fault,) = _faults(document(step("A", parts=(line("KIT", rounding_multiple=Decimal(5)),))), facts)
    assert fault.kind is FaultKind.BAD_QUANTITY


def test_lines_in_other_units_batches_and_multiples_are_taken_in_the_stock_unit():
    lines = (
        line("BELT", "150", uom="cm", rounding_multiple=Decimal(100), setup_quantity=Decimal(10)),
        line("SCREW", "8", basis=LineBasis.PER_BATCH, batch_size=Decimal(20)),
    )
    plan = compile_template(document(step("A", parts=lines)), catalog())
    belt, screw = plan.steps[0].parts
    assert (belt.uom, belt.quantity, belt.rounding_multiple) == ("m", Decimal("1.5"), 1)
    assert belt.setup_quantity == Decimal("0.1")
    assert (screw.batch_size, screw.basis) == (20, LineBasis.PER_BATCH)
    assert {total.sku: total.quantity for total in plan.parts} == {"BELT": 2, "SCREW": 8}


def test_a_send_ahead_entry_may_name_an_unknown_step_too():
    faults = _faults(document(step("A", Predecessor(step="ghost", send_ahead=Decimal(1)))))
    assert _kinds(faults) == [(FaultKind.UNKNOWN_PREDECESSOR, "A")]
