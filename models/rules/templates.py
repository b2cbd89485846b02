from enum import StrEnum


class TemplateStatus(StrEnum):
    """Life of one template version: only a draft may be edited, only a published one may be ordered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class LineBasis(StrEnum):
    """What a part line's quantity is counted for."""

    PER_UNIT = "per_unit"
    FIXED = "fixed"
    PER_BATCH = "per_batch"


class DataKind(StrEnum):
    """What an operator enters for one field of collected data."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    FILE = "file"
