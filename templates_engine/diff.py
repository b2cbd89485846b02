"""What changed between two versions of a template, in words a reviewer can read."""

from decimal import Decimal

from models.messages.base import Message
from models.messages.templates import Step, StepChange, TemplateDiff, TemplateDocument


def diff(before: TemplateDocument, after: TemplateDocument) -> TemplateDiff:
    """Return steps added, removed and changed, each changed field as (before, after) texts; order does not count."""
    old, new = ({step.key: step for step in document.steps} for document in (before, after))
    changes = (StepChange(key=key, fields=_fields(old[key], new[key])) for key in new if key in old)
    return TemplateDiff(
        title=None if before.title == after.title else (before.title, after.title),
        notes_changed=before.notes != after.notes,
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        changed=tuple(change for change in changes if change.fields),
    )


def _fields(before: Step, after: Step) -> dict[str, tuple[str, str]]:
    """Compare values and not texts, so that 1.50 minutes are still 1.5 minutes."""
    fields: dict[str, tuple[str, str]] = {}
    for name in Step.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if _order_free(name, old) != _order_free(name, new):
            fields[name] = (text_of(old), text_of(new))
    return fields


def _order_free(name: str, value: object) -> object:
    return sorted(value, key=str) if name in {"after", "skills"} and isinstance(value, tuple) else value


def text_of(value: object) -> str:
    """Return a field's value as a reviewer reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Message():
            first, *rest = value.model_dump(mode="json", exclude_defaults=True).items()
            return ", ".join([str(first[1]), *(f"{name.replace('_', ' ')} {what}" for name, what in rest)])
        case tuple():
            return "; ".join(text_of(item) for item in value)
        case Decimal():
            return format(value, "f")
    return str(value)
