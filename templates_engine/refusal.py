from models.messages.templates import Fault
from models.rules.sentences import Sentence, together


class TemplateRefused(Exception):  # noqa: N818 - errors name the refusal
    """A template that cannot become a Plan, with all its faults at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        one, told = len(faults) == 1, together(fault.message for fault in faults[:20])
        super().__init__(
            Sentence("The template has 1 fault: {faults}", faults=told)
            if one
            else Sentence("The template has {count} faults: {faults}", count=len(faults), faults=told)
        )
        self.faults = faults
