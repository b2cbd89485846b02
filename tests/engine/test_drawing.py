from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest

from models.rules.work_orders import WorkOrderState
from templates_engine.compile import compile_template
from templates_engine.drawing import MOST_STEPS, DrawingTooLarge, StepMark, draw
from tests.engine.sample_factory import catalog, demo, demo_catalog, document, step

_SVG = "{http://www.w3.org/2000/svg}"


def _groups(svg):
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    return {group.get("data-step"): group for group in root.iter(f"{_SVG}g") if group.get("data-step")}


def _edges(svg, kind):
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    paths = root.iter(f"{_SVG}path")
    return {
        (path.get("data-from"), path.get("data-to"))
        for path in paths
        if path.get("class") == f"pd-edge pd-{kind}" and path.get("data-from")
    }


def test_every_step_can_be_focused_and_says_what_it_is():
    plan = compile_template(demo().document, demo_catalog(demo()))
    groups = _groups(draw(plan))
    assert set(groups) == {entry.key for entry in plan.steps}
    assert all(group.get("tabindex") == "0" for group in groups.values())
    titles = {key: group.find(f"{_SVG}title").text for key, group in groups.items()}
    assert titles["print-parts"] == "Print the plastic parts · PRINT, 25 h 20 min for one · on the critical path"
    assert titles["nozzle-rack"].endswith("min slack · optional")
    assert titles["wiring"].startswith("Route and connect the wiring · ELEC, 57 min")
    assert "quality gate" in titles["motor-check"]
    assert groups["print-parts"].get("data-critical") == "true"


def test_lines_tell_critical_plain_and_rework_apart():
    plan = compile_template(demo().document, demo_catalog(demo()))
    svg = draw(plan)
    critical, plain, rework = (_edges(svg, kind) for kind in ("critical", "plain", "rework"))
    assert len(critical) == len(plan.critical_path) - 1
    assert len(critical) + len(plain) == 50
    assert rework == {("motor-check", "wiring"), ("actuator-check", "pneumatics"), ("camera-check", "wiring")}


def test_an_implied_edge_is_not_drawn():
    plan = compile_template(document(step("A"), step("B", "A"), step("C", "A", "B")), catalog())
    svg = draw(plan)
    assert _edges(svg, "critical") | _edges(svg, "plain") == {("A", "B"), ("B", "C")}


@pytest.mark.parametrize("state", WorkOrderState)
def test_a_state_is_told_by_colour_icon_and_word(state):
    plan = compile_template(document(step("A", optional=True), step("B", "A")), catalog())
    svg = draw(plan, {"A": StepMark(state, attempt=2)})
    marked, bare = _groups(svg)["A"], _groups(svg)["B"]
    assert marked.get("data-state") == state.value
    word = marked.findall(f".//{_SVG}text[@class='pd-word']")[0].text
    assert word.endswith("#2")
    assert f"{word.removesuffix(' #2')}, attempt 2" in marked.find(f"{_SVG}title").text
    assert bare.get("data-state") == ""
    assert bare.find(f".//{_SVG}text[@class='pd-word']") is None


def test_a_hold_is_shown_before_the_state():
    plan = compile_template(document(step("A")), catalog())
    assert ">on hold</text>" in draw(plan, {"A": StepMark(WorkOrderState.READY, held=True)})


def test_a_gate_in_a_narrow_picture_leaves_the_legend_short():
    authored = document(step("A"), step("B", "A", quality_gate=True, rework_to="A"))
    assert "quality gate</text>" not in draw(compile_template(authored, catalog()))


def test_names_cannot_break_out_of_the_picture():
    evil = step("A").model_copy(update={"name": "<script>alert('x')</script> & \"more\""})
    svg = draw(compile_template(document(evil), catalog()).model_copy(update={"title": '"><script>'}))
    assert "<script" not in svg
    assert _groups(svg)["A"].find(f"{_SVG}title").text.startswith("<script>alert('x')</script> & \"more\"")


def test_a_plan_of_more_than_300_steps_is_refused():
    chain = (step(f"S{n}", *([f"S{n - 1}"] if n else [])) for n in range(MOST_STEPS + 1))
    with pytest.raises(DrawingTooLarge, match="at most 300 steps; this plan has 301"):
        draw(compile_template(document(*chain), catalog()))


def test_drawing_in_many_threads_gives_the_same_pictures():
    plans = [
        compile_template(document(*(step(f"S{n}", *([f"S{n - 1}"] if n else [])) for n in range(size))), catalog())
        for size in range(1, 13)
    ]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(draw, plans))
    assert pictures == [draw(plan) for plan in plans]
