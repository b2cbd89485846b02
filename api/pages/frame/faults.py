"""Why a form comes back: what is wrong by field, in the page's language; under no name what belongs to none."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse

from api.pages.frame.screen import Screen
from api.pages.frame.words import marked
from models.records.refusals import Refusal

WRONG = (RequestValidationError, Refusal)
_BY_KIND = {
    "missing": marked("Fill this in."),
    "string_too_short": marked("Fill this in."),
    "string_too_long": marked("This is too long."),
    "string_pattern_mismatch": marked("This holds signs that are not allowed here."),
    "too_short": marked("Choose at least one."),
    "too_long": marked("These are too many."),
    "string_type": marked("Fill this in."),
    "literal_error": marked("Choose one of the list."),
    "enum": marked("Choose one of the list."),
    "uuid_parsing": marked("Choose one of the list."),
    "decimal_parsing": marked("Enter a number."),
    "decimal_type": marked("Enter a number."),
    "finite_number": marked("Enter a number."),
    "int_parsing": marked("Enter a whole number."),
    "int_type": marked("Enter a whole number."),
    "int_from_float": marked("Enter a whole number."),
    "greater_than": marked("This is too little."),
    "greater_than_equal": marked("This is too little."),
    "less_than": marked("This is too much."),
    "less_than_equal": marked("This is too much."),
    "decimal_max_digits": marked("This is too much."),
    "decimal_whole_digits": marked("This is too much."),
    "decimal_max_places": marked("At most six digits after the point are kept."),
    "datetime_from_date_parsing": marked("Enter a day."),
    "datetime_parsing": marked("Enter a day."),
    "datetime_type": marked("Enter a day."),
    "date_parsing": marked("Enter a day."),
    "date_from_datetime_parsing": marked("Enter a day."),
}


def reason(screen: Screen, one: Mapping[str, Any]) -> str:
    """Return what a person reads of one fault that a check found: never the checking library's own words."""
    own = str(one["msg"]).removeprefix("Value error, ")
    return screen.translated(_BY_KIND.get(one["type"], own))


def faults_of(screen: Screen, fault: Exception, belongs_to: str = "") -> dict[str, str]:
    """Return what is wrong by field; `belongs_to` is the field of a refusal that names none."""
    if isinstance(fault, RequestValidationError):
        return {
            str(one["loc"][1]) if len(one["loc"]) > 1 else belongs_to: reason(screen, one) for one in fault.errors()
        }
    field = str(getattr(fault, "pointer", "")).rpartition("/")[2]
    return {field or belongs_to: screen.why(fault)}


def tried(
    screen: Screen, back: str, act: Callable[[], object], done: str, kind: str = "good", **values: object
) -> RedirectResponse:
    """Do what a form asks, and lead back with `done`; with why not, where it is refused."""
    try:
        act()
    except WRONG as fault:
        return screen.go(back, said=" ".join(faults_of(screen, fault).values()), kind="bad")
    return screen.go(back, said=screen.words(done, **values), kind=kind)
