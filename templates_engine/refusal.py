from models.messages.templates import Fault


class TemplateRefused(Exception):  # noqa: N818 - errors name the refusal
    """A template that cannot become a Plan, with all its faults at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"The template has {count}: " + " ".join(fault.message for fault in faults[:20]))
        self.faults = faults
