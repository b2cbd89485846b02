"""Steps that may be done only by people who have learnt it."""

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from models.messages.templates import FaultKind, Plan, PlanStep
from templates_engine.compile import compile_template
from templates_engine.content import is_intact
from templates_engine.diff import diff
from templates_engine.refusal import TemplateRefused
from templates_engine.yaml_format import read_yaml, write_yaml
from tests.engine.sample_factory import catalog, demo, demo_catalog, document, line, step

KNOWN = catalog().model_copy(update={"skills": frozenset({"WELD", "FORKLIFT"})})
FILE = """
product: {sku: LAMP, name: Lamp}
steps:
  - {key: A, name: Weld, work_center: BENCH, after: [], skills: [WELD, FORKLIFT]}
"""


def _authored(*skills):
    return document(step("A", parts=(line("SCREW", "2"),)), step("B", "A", optional=True, skills=skills))


def test_the_plan_says_which_skills_a_step_requires():
    plan = compile_template(_authored("WELD", "FORKLIFT"), KNOWN)
    assert [one.skills for one in plan.steps] == [(), ("WELD", "FORKLIFT")]
    assert is_intact(plan)
    assert is_intact(Plan.model_validate_json(plan.model_dump_json()))


def test_an_unknown_skill_is_a_fault_of_its_step():
    with pytest.raises(TemplateRefused) as refusal:
        compile_template(_authored("WELD", "FLY"), KNOWN)
    (fault,) = refusal.value.faults
    assert (fault.kind, fault.step) == (FaultKind.UNKNOWN_SKILL, "B")
    assert "'FLY'" in fault.message


def test_a_skill_required_twice_is_a_fault():
    with pytest.raises(TemplateRefused) as refusal:
        compile_template(_authored("WELD", "WELD"), KNOWN)
    assert [fault.kind for fault in refusal.value.faults] == [FaultKind.DUPLICATE_KEY]


def test_plans_without_skills_keep_the_identity_they_had_before_there_were_skills():
    assert compile_template(_authored(), KNOWN).content_hash == (
        "22aef8227b46a3fef061cc678101bdeefd897cc9c70a4aa129c7fc7552b16bde"
    )
    file = demo()
    assert compile_template(file.document, demo_catalog(file)).content_hash == (
        "7b35759c1331613ceb2f1fd5a602f2dc41ab3cbce4f18f51ca25b122b490aefc"
    )


def test_a_plan_stored_before_there_were_skills_is_still_read_and_intact():
    plan = compile_template(_authored(), KNOWN)
    stored = plan.model_dump(mode="json")
    for one in stored["steps"]:
        del one["skills"]
    assert Plan.model_validate(stored) == plan
    assert is_intact(Plan.model_validate(stored))


def test_which_skills_are_required_is_part_of_the_identity_and_their_order_is_not():
    plain, weld = compile_template(_authored(), KNOWN), compile_template(_authored("WELD"), KNOWN)
    assert plain.content_hash != weld.content_hash
    both = [compile_template(_authored(*codes), KNOWN) for codes in (("WELD", "FORKLIFT"), ("FORKLIFT", "WELD"))]
    assert both[0].content_hash == both[1].content_hash
    forged = weld.model_copy(update={"steps": (weld.steps[0], replace(weld.steps[1], skills=()))})
    assert not is_intact(forged)


def test_a_step_of_a_plan_is_the_same_however_it_was_made():
    plan = compile_template(_authored("WELD"), KNOWN)
    written = TypeAdapter(PlanStep).dump_python(plan.steps[1])
    assert TypeAdapter(PlanStep).validate_python(written) == plan.steps[1]


def test_skills_are_read_from_a_file_and_written_back():
    file = read_yaml(FILE)
    assert file.document.steps[0].skills == ("WELD", "FORKLIFT")
    assert read_yaml(write_yaml(file)) == file
    assert "skills" not in write_yaml(demo())


def test_a_change_of_skills_is_told_and_their_order_is_none():
    before, after = _authored("WELD"), _authored("WELD", "FORKLIFT")
    (change,) = diff(before, after).changed
    assert change.fields == {"skills": ("WELD", "WELD; FORKLIFT")}
    assert diff(after, _authored("FORKLIFT", "WELD")).changed == ()
