from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.messages.template_edits import (
    AddStep,
    ChangeHead,
    ChangeStep,
    DeleteStep,
    DuplicateStep,
    LinkSteps,
    MoveStep,
    Splice,
    StepChanges,
    UnlinkSteps,
)
from models.messages.templates import Predecessor
from templates_engine.editing import EditRefused, aims_at, edited, overlap
from tests.engine.sample_factory import connected_documents, document, step

CHAIN = document(step("a"), step("b", "a"), step("c", "b", quality_gate=True, rework_to="b"))


def after(authored, key):
    return [link.step for link in next(one for one in authored.steps if one.key == key).after]


def keys(authored):
    return [one.key for one in authored.steps]


def test_only_the_fields_that_are_sent_change():
    changed, selected = edited(CHAIN, ChangeStep(step="b", changes=StepChanges(run_minutes=Decimal(7), crew=2)))
    assert selected == "b"
    assert changed.steps[1] == CHAIN.steps[1].model_copy(update={"run_minutes": Decimal(7), "crew": 2})
    assert changed.steps[0::2] == CHAIN.steps[0::2]


def test_links_and_rework_follow_a_step_to_its_new_key():
    changed, selected = edited(CHAIN, ChangeStep(step="b", changes=StepChanges(key="mount")))
    assert selected == "mount"
    assert after(changed, "c") == ["mount"]
    assert changed.steps[2].rework_to == "mount"


def test_a_key_that_is_taken_is_refused_at_its_field():
    with pytest.raises(EditRefused, match="already a step 'c'") as refused:
        edited(CHAIN, ChangeStep(step="b", changes=StepChanges(key="c")))
    assert refused.value.field == "key"


def test_a_link_that_closes_a_circle_is_refused_with_its_path():
    with pytest.raises(EditRefused, match="circle: a → b → c → a") as refused:
        edited(CHAIN, LinkSteps(before="c", after="a"))
    assert refused.value.members() == {"path": ["a", "b", "c", "a"]}
    with pytest.raises(EditRefused, match="circle: a → a"):
        edited(CHAIN, LinkSteps(before="a", after="a"))
    with pytest.raises(EditRefused, match="circle: a → b → c → a") as refused:
        edited(CHAIN, ChangeStep(step="a", changes=StepChanges(after=(Predecessor(step="c"),))))
    assert refused.value.pointer == "/edit/after"


def test_a_predecessor_is_listed_once():
    with pytest.raises(EditRefused, match="already comes before"):
        edited(CHAIN, LinkSteps(before="a", after="b"))
    with pytest.raises(EditRefused, match="twice"):
        edited(CHAIN, ChangeStep(step="b", changes=StepChanges(after=(Predecessor(step="a"), Predecessor(step="a")))))


def test_linking_and_unlinking():
    linked, _ = edited(CHAIN, LinkSteps(before="a", after="c", send_ahead=Decimal(2)))
    assert linked.steps[2].after[1] == Predecessor(step="a", send_ahead=Decimal(2))
    assert edited(linked, UnlinkSteps(before="a", after="c"))[0] == CHAIN
    with pytest.raises(EditRefused, match="does not come directly before"):
        edited(CHAIN, UnlinkSteps(before="a", after="c"))


def test_a_new_step_stands_behind_another_one_at_its_work_centre():
    added, selected = edited(CHAIN, AddStep(after="a"))
    assert keys(added) == ["a", "step-1", "b", "c"]
    assert (selected, after(added, "step-1"), added.steps[1].work_center) == ("step-1", ["a"], "BENCH")
    again, selected = edited(added, AddStep())
    assert (selected, keys(again)[-1], after(again, "step-2")) == ("step-2", "step-2", [])


def test_a_copy_has_a_free_key_and_the_same_predecessors():
    once, first = edited(CHAIN, DuplicateStep(step="b"))
    twice, second = edited(once, DuplicateStep(step="b-2"))
    assert (first, second, keys(twice)) == ("b-2", "b-3", ["a", "b", "b-2", "b-3", "c"])
    assert after(twice, "b-3") == ["a"]


def test_what_came_after_a_deleted_step_comes_after_what_was_before_it():
    left, selected = edited(CHAIN, DeleteStep(step="b"))
    assert (keys(left), selected) == (["a", "c"], "c")
    assert after(left, "c") == ["a"]
    assert left.steps[1].rework_to is None
    assert edited(left, DeleteStep(step="c"))[1] == "a"
    with pytest.raises(EditRefused, match="at least one step"):
        edited(document(step("a")), DeleteStep(step="a"))


def test_steps_change_their_place_and_keep_their_links():
    moved, selected = edited(CHAIN, MoveStep(step="a", to=99))
    assert (keys(moved), selected) == (["b", "c", "a"], "a")
    assert after(moved, "b") == ["a"]


def test_the_head_changes_where_it_is_sent():
    changed, selected = edited(CHAIN, ChangeHead(title="Anew"))
    assert (changed.title, changed.notes, selected) == ("Anew", CHAIN.notes, None)


def test_a_step_that_is_gone_is_told():
    with pytest.raises(EditRefused, match="no step 'x'"):
        edited(CHAIN, DeleteStep(step="x"))


@pytest.mark.parametrize(
    ("edit", "touched", "meets"),
    [
        (ChangeStep(step="b", changes=StepChanges(crew=2)), {"b crew"}, {"b crew"}),
        (ChangeStep(step="b", changes=StepChanges(crew=2)), {"b run_minutes", "c crew"}, set()),
        (ChangeStep(step="b", changes=StepChanges(crew=2)), {"b"}, {"b crew"}),
        (DeleteStep(step="b"), {"b crew"}, {"b"}),
        (LinkSteps(before="a", after="c"), {"c after"}, {"c after"}),
        (UnlinkSteps(before="a", after="c"), {"a after"}, set()),
        (ChangeHead(title="x"), {"#title", "#notes"}, {"#title"}),
        (AddStep(after="b"), {"b crew"}, set()),
    ],
)
def test_two_changes_meet_only_where_both_replace_the_same(edit, touched, meets):
    assert overlap(aims_at(edit), touched) == meets


@given(connected_documents(), st.data())
def test_every_change_can_be_taken_back_and_brought_back(authored, data):
    key = data.draw(st.sampled_from(keys(authored)))
    place = data.draw(st.integers(0, len(authored.steps)))
    edit = data.draw(
        st.sampled_from(
            [AddStep(after=key), DuplicateStep(step=key), MoveStep(step=key, to=place), ChangeHead(notes="x"),
             ChangeStep(step=key, changes=StepChanges(name="Other"))]
        )
    )  # fmt: skip
    changed, _ = edited(authored, edit)
    splice = Splice.between(authored, changed)
    assert splice.applied(authored) == changed
    assert splice.reversed().applied(changed) == authored
    assert bool(splice.touched()) or isinstance(edit, MoveStep)


def test_a_change_tells_which_fields_it_touched():
    changed, _ = edited(CHAIN, ChangeStep(step="b", changes=StepChanges(crew=3, name="Mount")))
    assert Splice.between(CHAIN, changed).touched() == ("b crew", "b name")
    head, _ = edited(CHAIN, ChangeHead(title="x", notes="y"))
    assert Splice.between(CHAIN, head).touched() == ("#notes", "#title")
    assert Splice.between(CHAIN, edited(CHAIN, DeleteStep(step="a"))[0]).touched() == ("a", "b after")
