"""What people are told without asking, and who: by permission, and whose own fact it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.rules.access import MATRIX, Permission, may


class NotificationKind(StrEnum):
    """What happened; wire names are permanent."""

    LATE = "late"
    AT_RISK = "at_risk"
    STOCK_SHORT = "stock_short"
    REFUSED_LATE = "refused_late"
    INVITATION_ACCEPTED = "invitation_accepted"
    MAIL_FAILED = "mail_failed"
    WEBHOOK_OFF = "webhook_off"
    TRAIL_DOUBTED = "trail_doubted"


_K, _P = NotificationKind, Permission
HEARS: dict[NotificationKind, Permission] = {
    _K.LATE: _P.WORK_ORDERS_CONTROL,
    _K.AT_RISK: _P.WORK_ORDERS_CONTROL,
    _K.STOCK_SHORT: _P.STOCK_MOVE,
    _K.REFUSED_LATE: _P.COMMANDS_RESOLVE,
    _K.INVITATION_ACCEPTED: _P.USERS_EDIT,
    _K.MAIL_FAILED: _P.SETTINGS_EDIT,
    _K.WEBHOOK_OFF: _P.WEBHOOKS_EDIT,
    _K.TRAIL_DOUBTED: _P.AUDIT_READ,
}
# Facts of the outbox that are told as they are. A refusal is told only where nobody waited for the answer.
_FACTS: dict[str, NotificationKind] = {
    "work_orders:refused": _K.REFUSED_LATE,
    "jobs:refused": _K.REFUSED_LATE,
    "invitations:accepted": _K.INVITATION_ACCEPTED,
    "webhooks:disabled": _K.WEBHOOK_OFF,
    "audit:entries_set_aside": _K.TRAIL_DOUBTED,
}
_TOLD = ("code", "job", "action", "refusal", "detail", "failures", "entries", "username", "role")


@dataclass(frozen=True, slots=True)
class Notice:
    """One fact on its way to those who hear of its kind, and to `person` if it is theirs; `by` knows it already."""

    kind: NotificationKind
    key: str
    data: Mapping[str, Any] = field(default_factory=dict)
    person: str | None = None
    by: str | None = None


def notice_of(entry: Mapping[str, Any]) -> Notice | None:
    """Return what an audit entry tells people; None for most."""
    kind = _FACTS.get(entry["action"])
    if kind is None:
        return None
    after = entry.get("after") or {}
    data = {name: after[name] for name in _TOLD if after.get(name) is not None} | {"subject_id": entry["subject_id"]}
    whose = entry.get("user_id")
    if kind is NotificationKind.REFUSED_LATE:
        return Notice(kind, f"refused:{entry['id']}", data | {"command_id": entry["id"]}, person=whose)
    return Notice(kind, f"fact:{entry['id']}", data, by=whose)


def roles_hearing(kind: NotificationKind) -> list[str]:
    """Return the built-in roles that are told of a kind."""
    return [role.value for role, permissions in MATRIX.items() if may(permissions, HEARS[kind])]
