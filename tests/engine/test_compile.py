import gc
import json
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from decimal import Decimal
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.bench.plain_pass import plain_pass
from models.messages.templates import Plan, Predecessor
from templates_engine.compile import compile_template
from templates_engine.content import is_intact
from tests.engine.sample_factory import (
    catalog,
    connected_documents,
    demo,
    demo_catalog,
    document,
    line,
    part,
    step,
)


def _graph(authored):
    graph = nx.DiGraph()
    graph.add_nodes_from(entry.key for entry in authored.steps)
    graph.add_edges_from((link.step, entry.key) for entry in authored.steps for link in entry.after)
    return graph


def _by_key(plan):
    return {entry.key: entry for entry in plan.steps}


def test_the_worked_example_has_length_12_and_slack_2():
    authored = document(
        step("A", minutes="3"),
        step("B", "A", minutes="4"),
        step("C", "A", minutes="2"),
        step("D", "B", "C", minutes="5"),
    )
    plan = compile_template(authored, catalog())
    assert plan.totals.critical_minutes == 12
    assert [plan.steps[number].key for number in plan.critical_path] == ["A", "B", "D"]
    assert {entry.key: entry.slack for entry in plan.steps} == {"A": 0, "B": 0, "C": 2, "D": 0}
    assert _by_key(plan)["C"].free_slack == 2
    assert plan.generations == ((0,), (1, 2), (3,))


@given(connected_documents())
def test_order_reduction_and_critical_path_agree_with_networkx_and_the_plain_pass(authored):
    plan, plain, graph = compile_template(authored, catalog()), plain_pass(authored), _graph(authored)
    keys = [entry.key for entry in plan.steps]
    position = {entry.key: number for number, entry in enumerate(authored.steps)}
    assert keys == list(nx.lexicographical_topological_sort(graph, key=position.__getitem__)) == plain.order
    reduced = nx.transitive_reduction(graph)
    drawn = {(keys[e.step], entry.key) for entry in plan.steps for e in entry.predecessors if not e.redundant}
    assert drawn == set(reduced.edges)
    assert set(graph.edges) - drawn == plain.redundant
    generations = [{keys[number] for number in group} for group in plan.generations]
    assert generations == [set(group) for group in nx.topological_generations(graph)]
    minutes = {entry.key: entry.run_minutes for entry in authored.steps}
    for before, after in graph.edges:
        graph.edges[before, after]["minutes"] = minutes[before]
    ends = (sum(map(minutes.get, path)) for path in [nx.dag_longest_path(graph, weight="minutes")])
    assert plan.totals.critical_minutes == plain.end >= max(ends)
    assert {entry.key: entry.earliest_start for entry in plan.steps} == plain.starts
    assert {entry.key: entry.latest_start for entry in plan.steps} == plain.latest_starts


@given(connected_documents(), st.data())
def test_times_obey_every_edge_and_slack_is_never_negative(authored, data):
    sent = []
    for entry in authored.steps:
        links = tuple(
            Predecessor(step=link.step, send_ahead=data.draw(st.sampled_from([None, Decimal("0.25"), Decimal(3)])))
            for link in entry.after
        )
        sent.append(entry.model_copy(update={"after": links}))
    plan = compile_template(document(*sent), catalog())
    for entry in plan.steps:
        assert entry.slack == entry.latest_start - entry.earliest_start >= entry.free_slack >= 0
        assert entry.critical == (entry.slack == 0)
        assert entry.earliest_finish - entry.earliest_start == entry.run_minutes
        assert entry.latest_finish <= plan.totals.critical_minutes
        for edge in entry.predecessors:
            before = plan.steps[edge.step]
            assert entry.index in before.successors
            assert entry.generation > before.generation
            assert entry.earliest_finish >= before.earliest_finish
            if edge.send_ahead is None or edge.send_ahead >= 1:
                assert entry.earliest_start >= before.earliest_finish
            else:
                assert entry.earliest_start >= before.earliest_start + before.run_minutes * edge.send_ahead
    path = [plan.steps[number] for number in plan.critical_path]
    assert all(entry.critical for entry in path)
    assert path[-1].earliest_finish == plan.totals.critical_minutes
    assert all(after.index in before.successors for before, after in pairwise(path))


def test_part_of_a_unit_sent_ahead_lets_the_next_step_overlap():
    ahead = Predecessor(step="A", send_ahead=Decimal("0.5"))
    authored = document(step("A", minutes="10", setup_minutes=Decimal(2)), step("B", ahead, minutes="8"))
    first, second = compile_template(authored, catalog()).steps
    assert second.earliest_start == 7  # two minutes of setup and half of ten
    assert second.earliest_finish == 15 > first.earliest_finish
    assert second.predecessors[0].send_ahead == Decimal("0.5")


def test_a_short_step_does_not_finish_before_the_one_that_feeds_it():
    ahead = Predecessor(step="A", send_ahead=Decimal("0.5"))
    plan = compile_template(document(step("A", minutes="10"), step("B", ahead, minutes="1")), catalog())
    assert plan.steps[1].earliest_start == 9
    assert plan.totals.critical_minutes == 10


def test_an_edge_implied_by_a_longer_path_is_kept_but_marked():
    plan = compile_template(document(step("A"), step("B", "A"), step("C", "A", "B")), catalog())
    assert [(edge.step, edge.redundant) for edge in plan.steps[2].predecessors] == [(0, True), (1, False)]


def test_a_rejection_redoes_every_step_between_the_target_and_the_gate():
    authored = document(
        step("saw"),
        step("drill", "saw"),
        step("paint", "saw"),
        step("fit", "drill", "paint"),
        step("label", "saw"),
        step("check", "fit", "label", quality_gate=True, rework_to="drill"),
    )
    plan = compile_template(authored, catalog())
    gate = _by_key(plan)["check"]
    assert plan.steps[gate.rework_to].key == "drill"
    assert [plan.steps[number].key for number in gate.rework_loop] == ["drill", "fit", "check"]


def test_parts_time_and_cost_are_rolled_up_for_one_unit():
    authored = document(
        step("A", minutes="30", crew=2, parts=(line("SCREW", "4"), line("BELT", "0.5", scrap_percent=Decimal(10)))),
        step("B", "A", minutes="30", setup_minutes=Decimal(60), parts=(line("SCREW", "0.5"),)),
    )
    plan = compile_template(authored, catalog())
    assert {total.sku: (total.quantity, total.cost) for total in plan.parts} == {
        "BELT": (Decimal("0.55"), Decimal("1.1")),
        "SCREW": (5, Decimal("0.5")),
    }
    totals = plan.totals
    assert (totals.setup_minutes, totals.run_minutes, totals.person_minutes) == (60, 60, 150)
    assert totals.material_cost == Decimal("1.6")
    assert totals.time_cost == 60 + 30  # two hours of the bench, two and a half person-hours
    assert totals.unit_cost == Decimal("91.6")


def test_a_plan_survives_the_wire_and_knows_when_its_content_was_changed():
    plan = compile_template(demo().document, demo_catalog(demo()))
    received = Plan.model_validate_json(plan.model_dump_json())
    assert received == plan
    assert is_intact(received)
    assert list(plan.model_dump()["steps"][0]) == [field.name for field in fields(plan.steps[0])]
    slower = replace(plan.steps[0], run_minutes=Decimal(1))
    assert not is_intact(plan.model_copy(update={"steps": (slower, *plan.steps[1:])}))


def test_a_compiled_step_is_as_frozen_as_one_that_was_received():
    plan = compile_template(demo().document, demo_catalog(demo()))
    received = Plan.model_validate(plan.model_dump(mode="json"))
    for own, other in zip(plan.steps, received.steps, strict=True):
        assert (type(own), hash(own.predecessors), repr(own)) == (type(other), hash(other.predecessors), repr(other))
        with pytest.raises(FrozenInstanceError):
            own.crew = 7


def test_a_send_ahead_edge_is_part_of_the_identity():
    plain = document(step("A"), step("B", "A"))
    ahead = document(step("A"), step("B", Predecessor(step="A", send_ahead=Decimal(5))))
    first, second = (compile_template(authored, catalog()) for authored in (plain, ahead))
    assert first.content_hash != second.content_hash
    assert is_intact(second)


def test_the_same_numbers_written_otherwise_are_the_same_content():
    short, long = (
        document(step("A", minutes=minutes, parts=(line("SCREW", quantity),)))
        for minutes, quantity in (("1.5", "2"), ("1.5000", "2.00"))
    )
    assert compile_template(short, catalog()).content_hash == compile_template(long, catalog()).content_hash


@pytest.mark.parametrize(
    "change",
    [
        {"scrap_percent": Decimal(1)},
        {"setup_quantity": Decimal(1)},
        {"rounding_multiple": Decimal(5)},
        {"basis": "fixed"},
    ],
)
def test_every_particular_of_a_part_line_changes_the_hash(change):
    plain, other = (document(step("A", parts=(line("SCREW", "2", **more),))) for more in ({}, change))
    assert compile_template(plain, catalog()).content_hash != compile_template(other, catalog()).content_hash


def test_a_price_in_the_catalog_changes_the_hash():
    authored = document(step("A", parts=(line("GLUE"),)))
    cheap, dear = (compile_template(authored, catalog(part("GLUE", cost=cost))) for cost in ("1", "2"))
    assert cheap.content_hash != dear.content_hash


_IN_ANOTHER_PROCESS = """
from tests.engine.sample_factory import demo, demo_catalog
from templates_engine.compile import compile_template
print(compile_template(demo().document, demo_catalog(demo())).model_dump_json())
"""


def test_the_plan_does_not_depend_on_the_hash_seed():
    plans = []
    for seed in ("0", "1", "77"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", _IN_ANOTHER_PROCESS], capture_output=True, text=True, check=True, env=environment
        )
        plans.append(json.loads(done.stdout))
    assert plans[0] == plans[1] == plans[2]


@pytest.mark.parametrize("was_on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(was_on):
    (gc.enable if was_on else gc.disable)()
    try:
        compile_template(document(step("A")), catalog())
        assert gc.isenabled() == was_on
    finally:
        gc.enable()


def test_the_demo_machine_compiles_to_35_steps_and_50_edges():
    file = demo()
    plan = compile_template(file.document, demo_catalog(file))
    plain = plain_pass(file.document)
    assert len(plan.steps) == 35
    assert sum(len(entry.predecessors) for entry in plan.steps) == 50
    assert len(plan.parts) == len(file.parts) == 45
    assert plan.totals.critical_minutes == plain.end == 1809
    path = [plan.steps[number].key for number in plan.critical_path]
    assert path == list(nx.dag_longest_path(_weighted(file.document), weight="minutes"))
    assert path[:3] == ["print-parts", "x-gantry-front", "x-gantry-rollers"]
    assert path[-4:] == ["pneumatics", "actuator-check", "final-qc", "pack"]
    filament = next(total for total in plan.parts if total.sku == "FILAMENT-PLA")
    assert filament.quantity == Decimal("1.248")
    assert all(entry.instructions for entry in plan.steps)


def _weighted(authored):
    graph = _graph(authored)
    minutes = {entry.key: entry.setup_minutes + entry.run_minutes for entry in authored.steps}
    for _, after, edge in graph.edges(data=True):
        edge["minutes"] = minutes[after]
    return graph
