from enum import StrEnum


class FileFault(StrEnum):
    """Why a whole file is refused; wire names are permanent."""

    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    BAD_MAPPING = "bad_mapping"
    UNKNOWN_UNIT = "unknown_unit"


class BomFileRefused(ValueError):  # noqa: N818 - errors name the refusal
    """A file that cannot be read as a parts list at all; the text says what to do about it."""

    def __init__(self, fault: FileFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault

    def members(self) -> dict[str, str]:
        """Return what a program reads beside the sentence."""
        return {"fault": self.fault.value}
