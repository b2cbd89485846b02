from decimal import Decimal

from hypothesis import given

from models.messages.templates import DataField, Predecessor
from models.rules.templates import DataKind
from templates_engine.diff import diff
from tests.engine.sample_factory import connected_documents, document, line, step


@given(connected_documents())
def test_a_template_does_not_differ_from_itself(authored):
    nothing = diff(authored, authored)
    assert (nothing.title, nothing.notes_changed) == (None, False)
    assert nothing.added == nothing.removed == nothing.changed == ()


def test_added_removed_and_renamed_things_are_told():
    before = document(step("A"), step("B", "A"))
    after = document(step("A"), step("C", "A")).model_copy(update={"title": "Lamp II", "notes": "new"})
    changes = diff(before, after)
    assert changes.title == ("Lamp", "Lamp II")
    assert changes.notes_changed
    assert (changes.added, changes.removed, changes.changed) == (("C",), ("B",), ())


def test_each_changed_field_is_told_in_words():
    field = DataField(key="ok", label="Works", kind=DataKind.BOOLEAN, expect=True)
    before = document(step("A"), step("B", "A", optional=True, parts=(line("SCREW", "2"),)))
    ahead = Predecessor(step="A", send_ahead=Decimal(5))
    more = {"parts": (line("SCREW", "3"), line("BELT", "0.5", scrap_percent=Decimal(4))), "data": (field,)}
    after = document(step("A"), step("B", ahead, minutes="2.5", rework_to="A", **more))
    (change,) = diff(before, after).changed
    assert change.key == "B"
    assert change.fields == {
        "after": ("A", "A, send ahead 5"),
        "run_minutes": ("1", "2.5"),
        "parts": ("SCREW, quantity 2", "SCREW, quantity 3; BELT, quantity 0.5, scrap percent 4"),
        "data": ("", "ok, label Works, kind boolean, expect True"),
        "optional": ("yes", "no"),
        "rework_to": ("", "A"),
    }


def test_neither_the_order_of_predecessors_nor_the_writing_of_a_number_is_a_change():
    before = document(step("A"), step("B"), step("C", "A", "B", minutes="1.5"))
    after = document(step("A"), step("B"), step("C", "B", "A", minutes="1.50"))
    assert diff(before, after).changed == ()
