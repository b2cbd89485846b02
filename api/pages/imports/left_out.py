"""Rows that an import left out, with why, long after the file is gone."""

from api.pages.frame.screen import Screen
from api.pages.frame.words import SOURCE, marked
from models.messages.integrations import ImportView, RefusalKind

# What is kept of a finished import is English; other languages say why a row was left out by the kind of its reason.
_WHY = {
    RefusalKind.BLANK: marked("The row is blank."),
    RefusalKind.HEADER: marked("The row repeats the headers."),
    RefusalKind.TOTAL: marked("The row adds up others; it only serves to check the sum."),
    RefusalKind.NO_NAME: marked("There is neither a name nor a part number."),
    RefusalKind.NO_QUANTITY: marked("There is no quantity."),
    RefusalKind.ZERO: marked("The quantity is zero, or less than a millionth."),
    RefusalKind.NEGATIVE: marked("A number in it is negative."),
    RefusalKind.NOT_A_NUMBER: marked("Something in it that should be a number is none."),
    RefusalKind.TOO_LARGE: marked("A number in it is too large."),
    RefusalKind.TOO_LONG: marked("A text in it is too long."),
    RefusalKind.UNKNOWN_UNIT: marked("Its unit is not known."),
    RefusalKind.UNIT_MISMATCH: marked("Its unit does not fit the part's."),
}


def left_out(screen: Screen, view: ImportView) -> list[tuple[int, str]]:
    """Return line and reason of each row left out, in the page's language."""
    skipped = view.result.skipped if view.result else ()
    own = screen.language == SOURCE
    return [(row.line, row.reason if own else screen.words(_WHY[row.kind])) for row in skipped]
