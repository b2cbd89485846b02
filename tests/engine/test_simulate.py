from decimal import Decimal

from hypothesis import given

from models.messages.templates import Predecessor
from templates_engine.boms import scale
from templates_engine.compile import compile_template
from templates_engine.simulate import simulate
from tests.engine.sample_factory import catalog, connected_documents, document, line, step


@given(connected_documents())
def test_an_order_of_one_is_the_plan(authored):
    plan = compile_template(authored, catalog())
    one = simulate(plan, Decimal(1))
    assert one.critical_minutes == plan.totals.critical_minutes
    assert (one.material_cost, one.time_cost) == (plan.totals.material_cost, plan.totals.time_cost)
    assert one.person_minutes == plan.totals.person_minutes
    assert one.parts == plan.parts


def test_set_up_counts_once_and_pieces_sent_ahead_overlap():
    authored = document(
        step("a", minutes="2", setup_minutes="10", parts=(line("SCREW", "1", scrap_percent="10"),)),
        step("b", Predecessor(step="a", send_ahead="3"), minutes="1", crew=2),
    )
    plan = compile_template(authored, catalog())
    ten = simulate(plan, Decimal(10))
    # a takes 10 + 20; after 3 pieces (16 minutes) b may begin, but ends no earlier than a: 30 minutes, not 26.
    assert ten.critical_minutes == 30
    assert (ten.work_minutes, ten.person_minutes) == (40, 50)
    assert {part.sku: part.quantity for part in ten.parts} == dict(scale(plan, Decimal(10)).totals) == {"SCREW": 11}
    assert [(load.work_center, load.minutes) for load in ten.loads] == [("BENCH", 40)]
    assert [each.key for each in ten.critical_path] == ["a"]
