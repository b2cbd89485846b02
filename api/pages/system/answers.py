"""What came of a webhook's calls, kept in English as it happened, in the page's language."""

import re

from api.pages.frame.screen import Screen
from api.pages.frame.words import marked

# What a receiver itself answers stands as it came.
_SAID = tuple(
    (re.compile(pattern, re.DOTALL), text)
    for pattern, text in (
        (r"(?P<count>\d+) calls in a row failed; the last one: (?P<answer>.*)",
         marked("Switched off: %(count)s calls in a row failed. The last one: %(answer)s")),
        (r"No answer within (?P<seconds>\d+) s\.", marked("No answer within %(seconds)s s.")),
        (r"The call failed: (?P<fault>\w+)\.", marked("The call failed (%(fault)s).")),
        (r"The call failed\.", marked("The call failed.")),
        (r"Not called: the name '(?P<host>.*)' has no address\.",
         marked("Not called: the name %(host)s has no address.")),
        (r"Not called: (?P<why>.*)\.", marked("Not called: %(why)s.")),
        (r"The webhook was switched off\.", marked("The webhook was switched off.")),
    )
)  # fmt: skip


def answer_words(screen: Screen, answer: str) -> str:
    """Return what is kept of a call's answer, or of why a webhook is switched off, as a person reads it."""
    for pattern, text in _SAID:
        if told := pattern.fullmatch(answer):
            values = {name: answer_words(screen, screen.translated(value)) for name, value in told.groupdict().items()}
            return screen.words(text, **values)
    return answer
