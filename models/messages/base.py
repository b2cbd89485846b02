from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WrapValidator,
)

from models.rules.sentences import Sentence

_FIRST, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Message(BaseModel):
    """What crosses a border: immutable, and it refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Row:
    """What a message holds by the thousand: a stdlib dataclass with slots, checked and written as a message is."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid", str_strip_whitespace=True)


# Words for people; a Sentence stays one as long as the message is not written down, so that pages can translate it.
Words = Annotated[str, WrapValidator(lambda given, check: given if isinstance(given, Sentence) else check(given))]


def printable(text: str) -> str:
    """Refuse what PostgreSQL cannot store and no person can read: NUL and lone surrogates."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("must not contain NUL or broken Unicode characters")
    return text


def _plain(number: Decimal) -> str:
    """Write a decimal without exponent or trailing zeros, as people write it."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in_our_time(instant: datetime) -> datetime:
    """Refuse slips of the keyboard and broken clocks: nothing here happens in the year 1 or 9999."""
    if not _FIRST <= instant < _END:
        raise ValueError("must lie between the years 2000 and 2200")
    return instant


_AS_TEXT = PlainSerializer(_plain, return_type=str, when_used="json")

# NUMERIC(18,6) in PostgreSQL: twelve digits before the point, six after it. Never a float, NaN or infinity.
Quantity = Annotated[
    Decimal, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False, examples=["2.5"]), _AS_TEXT
]
PositiveQuantity = Annotated[
    Decimal, Field(gt=0, max_digits=18, decimal_places=6, allow_inf_nan=False, examples=["3"]), _AS_TEXT
]
SignedQuantity = Annotated[
    Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False, examples=["-1.5"]), _AS_TEXT
]
Money = Annotated[
    Decimal, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False, examples=["8.47"]), _AS_TEXT
]
SignedMoney = Annotated[
    Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False, examples=["-12.5"]), _AS_TEXT
]
Minutes = Annotated[
    Decimal, Field(ge=0, max_digits=12, decimal_places=4, allow_inf_nan=False, examples=["12.5"]), _AS_TEXT
]
Percent = Annotated[
    Decimal, Field(ge=0, le=1000, max_digits=9, decimal_places=4, allow_inf_nan=False, examples=["4"]), _AS_TEXT
]
# A sum or product as it comes out: exact, without the bounds of what people may enter.
Figure = Annotated[Decimal, Field(examples=["1250.5"]), _AS_TEXT]
Number = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=24, decimal_places=9), _AS_TEXT]

# A code people type, print and scan: SKU, step key, work centre.
Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/+:-]*$"),
    Field(examples=["VSLOT-600"]),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(printable)]
Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(printable)]
LongText = Annotated[str, StringConstraints(max_length=50_000), AfterValidator(printable)]

Instant = AwareDatetime
# What a person or device enters. What is stored is read as it is, whatever earlier versions let through.
EnteredInstant = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
Id = UUID

__all__ = [
    "Code",
    "EnteredInstant",
    "Figure",
    "Id",
    "Instant",
    "LongText",
    "Message",
    "Minutes",
    "Money",
    "Name",
    "Number",
    "Percent",
    "PositiveQuantity",
    "Quantity",
    "Row",
    "SignedMoney",
    "SignedQuantity",
    "Text",
    "printable",
]
