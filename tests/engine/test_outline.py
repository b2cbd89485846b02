from hypothesis import given

from models.messages.templates import FaultKind, Predecessor
from templates_engine.compile import compile_template
from templates_engine.outline import outline
from tests.engine.sample_factory import catalog, connected_documents, document, line, step


@given(connected_documents())
def test_a_template_without_faults_is_its_plan(authored):
    made = outline(authored, catalog())
    assert made.faults == ()
    assert made.plan == compile_template(authored, catalog())


def test_what_is_wrong_is_left_out_and_the_rest_is_reckoned():
    authored = document(
        step("a", minutes="3", parts=(line("SCREW", "2"), line("GONE"))),
        step("b", "a", "nowhere", minutes="4", work_center="MOON"),
        step("lonely", minutes="1"),
        step("gate", "b", rework_to="lonely", quality_gate=True, minutes="2"),
        step("b", minutes="50"),
    )
    made = outline(authored, catalog())
    assert {fault.kind for fault in made.faults} >= {
        FaultKind.UNKNOWN_PART, FaultKind.UNKNOWN_WORK_CENTER, FaultKind.UNKNOWN_PREDECESSOR, FaultKind.DUPLICATE_KEY,
    }  # fmt: skip
    assert [made.plan.steps[number].key for number in made.plan.critical_path] == ["a", "b", "gate"]
    assert made.plan.totals.critical_minutes == 9
    assert [(total.sku, total.quantity) for total in made.plan.parts] == [("SCREW", 2)]
    assert next(one for one in made.plan.steps if one.key == "gate").rework_to is None


def test_a_circle_is_cut_where_it_closes():
    authored = document(
        step("a", "c"), step("b", "a"), step("c", "b"), step("d", "d", Predecessor(step="c", send_ahead="1"))
    )
    made = outline(authored, catalog())
    assert [fault.path for fault in made.faults if fault.kind is FaultKind.CYCLE] == [("a", "b", "c", "a"), ("d", "d")]
    assert made.left_out == (("c", "a"), ("d", "d"))
    assert [one.key for one in made.plan.steps] == ["a", "b", "c", "d"]
    assert made.plan.totals.critical_minutes == 4
