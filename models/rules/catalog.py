from enum import StrEnum


class PartKind(StrEnum):
    """How a part comes into being."""

    BOUGHT = "bought"
    MADE = "made"
    PHANTOM = "phantom"
