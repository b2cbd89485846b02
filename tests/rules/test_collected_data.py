from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import pytest

from models.rules.collected_data import check, outside, read
from models.rules.commands import Refusal, RefusalKind
from models.rules.templates import DataKind

FILE = "0190f5fe-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Field:
    key: str = "torque"
    label: str = "Torque"
    kind: DataKind = DataKind.NUMBER
    uom: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    expect: bool | None = None
    required: bool = False


TORQUE = Field(uom="Nm", minimum=Decimal(1), maximum=Decimal(2))
LIT = Field("lit", "It lights up", DataKind.BOOLEAN, expect=True)
DIM = Field("dim", "It flickers", DataKind.BOOLEAN, expect=False)
NOTE = Field("note", "Note", DataKind.TEXT)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (DataKind.BOOLEAN, True, True),
        (DataKind.BOOLEAN, "yes", None),
        (DataKind.BOOLEAN, Decimal(1), None),
        (DataKind.NUMBER, "1.50", Decimal("1.50")),
        (DataKind.NUMBER, Decimal(3), Decimal(3)),
        (DataKind.NUMBER, True, None),
        (DataKind.NUMBER, "soon", None),
        (DataKind.NUMBER, "NaN", None),
        (DataKind.NUMBER, "Infinity", None),
        (DataKind.TEXT, "fine", "fine"),
        (DataKind.TEXT, Decimal("1E+2"), "100"),
        (DataKind.CHOICE, "white", "white"),
        (DataKind.CHOICE, "red", None),
        (DataKind.FILE, FILE, str(UUID(FILE))),
        (DataKind.FILE, "lamp.png", None),
    ],
)
def test_a_value_is_read_in_its_fields_kind_or_not_at_all(kind, value, expected):
    assert read(Field(kind=kind, choices=("white", "black")), value) == expected


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (TORQUE, Decimal("0.9"), "Torque: 0.9 Nm is below 1 Nm"),
        (TORQUE, Decimal("2.1"), "Torque: 2.1 Nm is above 2 Nm"),
        (TORQUE, Decimal(1), None),
        (TORQUE, Decimal(2), None),
        (Field(minimum=Decimal(1)), Decimal(0), "Torque: 0 is below 1"),
        (Field(), Decimal(-5), None),
        (LIT, False, "It lights up: answered no, expected yes"),
        (DIM, True, "It flickers: answered yes, expected no"),
        (LIT, True, None),
        (NOTE, "anything", None),
    ],
)
def test_what_misses_its_limits_is_said_in_words(field, value, words):
    assert outside(field, value) == words


def test_good_pieces_pass_only_with_every_check_made_and_within_limits():
    fields = [TORQUE, LIT, NOTE, Field("who", "Who", DataKind.TEXT, required=True)]
    missing = check(fields, {"note": "x"}, good=True)
    assert missing == Refusal(RefusalKind.DATA_MISSING, "Still to be recorded: Torque, It lights up, Who.")
    entries = {"torque": "1.5", "lit": True, "who": "Tom"}
    assert check(fields, entries, good=True) == {"torque": Decimal("1.5"), "lit": True, "who": "Tom"}
    failed = check(fields, {**entries, "torque": "3", "lit": False}, good=True)
    assert isinstance(failed, Refusal)
    assert failed.kind is RefusalKind.DATA_OUT_OF_LIMITS
    assert "Torque: 3 Nm is above 2 Nm; It lights up: answered no" in failed.detail


def test_pieces_put_aside_may_carry_the_failing_values():
    assert check([TORQUE, LIT], {"torque": "9"}, good=False) == {"torque": Decimal(9)}
    assert check([TORQUE], {}, good=False) == {}


def test_a_field_nobody_asked_for_and_a_value_of_another_kind_are_refused_either_way():
    for good in (True, False):
        unknown = check([LIT], {"height": "3"}, good=good)
        assert unknown == Refusal(RefusalKind.UNKNOWN_FIELD, "This step collects no field 'height'.")
        wrong = check([LIT], {"lit": "maybe"}, good=good)
        assert wrong == Refusal(RefusalKind.DATA_MISSING, "It lights up: a boolean is needed, not 'maybe'.")
