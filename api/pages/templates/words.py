"""How templates are told: states, kinds of change, fields and kinds of data, as looks and words."""

from api.pages.frame.looks import Look
from api.pages.frame.words import marked
from models.messages.templates import FaultKind
from models.rules.templates import DataKind, LineBasis, TemplateStatus

STATUSES = {
    TemplateStatus.DRAFT: Look("state-waiting", "pencil", marked("Draft")),
    TemplateStatus.PUBLISHED: Look("state-running", "check", marked("Published")),
    TemplateStatus.RETIRED: Look("state-done", "archive", marked("Retired")),
}
FIELDS = {
    "key": marked("Key"),
    "name": marked("Name"),
    "instructions": marked("Instructions"),
    "after": marked("Comes after"),
    "work_center": marked("Work centre"),
    "setup_minutes": marked("Set-up minutes"),
    "run_minutes": marked("Minutes for one"),
    "crew": marked("People"),
    "skills": marked("Skills"),
    "parts": marked("Parts"),
    "data": marked("Data to record"),
    "optional": marked("May be skipped"),
    "quality_gate": marked("Quality gate"),
    "rework_to": marked("Rejects go back to"),
    "#title": marked("Title"),
    "#notes": marked("Notes"),
}
KINDS = {
    "change_step": marked("Changed"),
    "add_step": marked("Step added"),
    "duplicate_step": marked("Step copied"),
    "delete_step": marked("Step deleted"),
    "move_step": marked("Step moved"),
    "link_steps": marked("Steps linked"),
    "unlink_steps": marked("Link taken away"),
    "change_head": marked("Title or notes changed"),
    "detach_file": marked("Picture or document taken away"),
    "replaced": marked("Replaced by a file or program"),
}
BASES = {
    LineBasis.PER_UNIT: marked("for each piece"),
    LineBasis.FIXED: marked("once per job"),
    LineBasis.PER_BATCH: marked("per batch"),
}
DATA = {
    DataKind.NUMBER: marked("Number"),
    DataKind.TEXT: marked("Text"),
    DataKind.BOOLEAN: marked("Yes or no"),
    DataKind.CHOICE: marked("Choice"),
    DataKind.FILE: marked("Picture or file"),
}
# At which field of the form a fault is shown.
FAULT_FIELDS = {
    FaultKind.CYCLE: "after",
    FaultKind.UNKNOWN_PREDECESSOR: "after",
    FaultKind.UNREACHABLE: "after",
    FaultKind.UNKNOWN_PART: "parts",
    FaultKind.BAD_QUANTITY: "parts",
    FaultKind.BAD_UNIT: "parts",
    FaultKind.BAD_BOM: "parts",
    FaultKind.UNKNOWN_WORK_CENTER: "work_center",
    FaultKind.UNKNOWN_SKILL: "skills",
    FaultKind.BAD_GATE: "rework_to",
    FaultKind.BAD_DATA_FIELD: "data",
    FaultKind.DUPLICATE_KEY: "key",
}


def template_look(status: str) -> Look:
    """Return the look of a version."""
    return STATUSES[TemplateStatus(status)]


def field_words(touched: str) -> str:
    """Return what a changed field is called; a step that came or went as a whole has none."""
    return FIELDS.get(touched if touched.startswith("#") else touched.partition(" ")[2], "")


def change_words(kind: str) -> str:
    """Return what a change was."""
    return KINDS[kind]
