from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.messages.base import Code
from models.rules.skus import code_of, mark_of, same, with_mark

CODE = TypeAdapter(Code)


def test_a_name_becomes_a_code_people_can_read():
    assert code_of("V-Slot rail, 20x20 mm (black)") == "V-SLOT-RAIL-20X20-MM-BLACK"
    assert code_of("Öl für 5 µm Gehäuse") == "OEL-FUER-5-UM-GEHAEUSE"
    assert code_of("Ø8 \N{MULTIPLICATION SIGN} 1.25") == "OE8-X-1.25"


def test_a_long_name_keeps_its_beginning_and_a_mark_of_its_own():
    one, other = code_of("wire " * 40 + "red"), code_of("wire " * 40 + "grey")
    assert len(one) <= 64
    assert one[:50] == other[:50]
    assert one != other


def test_a_name_that_cannot_be_spelled_gets_the_prefix():
    assert code_of("螺丝", prefix="SUPPLIER") == f"SUPPLIER-{mark_of('螺丝')}"


def test_case_and_spaces_do_not_change_a_mark():
    assert mark_of("Hex  Nut") == mark_of("hex nut")
    assert same(" Hex\tNut ") == "hex nut"


@given(st.text(max_size=300))
def test_every_name_has_a_valid_code_and_always_the_same(name):
    assert CODE.validate_python(code_of(name)) == code_of(name)
    assert CODE.validate_python(with_mark(code_of(name), name))
