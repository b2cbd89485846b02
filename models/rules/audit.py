"""The vocabulary of the audit trail: one permanent tag for each thing that can happen."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.rules.work_orders import Action

# What entries are told about: the first words of all tags. A tag is for ever, so none of these goes away.
FEATURES = (
    "access", "audit", "boms", "brand", "calls", "files", "identity_providers", "imports", "invitations", "jobs",
    "keys", "licence", "notes", "orders", "parts", "products", "roles", "settings", "skills", "stations", "stock",
    "suppliers", "teams", "templates", "tenants", "users", "walls", "webhooks", "work_centers", "work_orders",
)  # fmt: skip
_PAST = {
    Action.ASSIGN: "assigned", Action.START: "started", Action.PAUSE: "paused", Action.RESUME: "resumed",
    Action.REPORT: "reported", Action.COMPLETE: "completed", Action.SKIP: "skipped", Action.REWORK: "reworked",
    Action.HOLD: "held", Action.RELEASE: "released", Action.CANCEL: "cancelled",
}  # fmt: skip


def tag(action: Action, *, whole_job: bool) -> str:
    """Return the audit tag of an action on a work order or a whole job, such as `work_orders:paused`."""
    return f"{'jobs' if whole_job else 'work_orders'}:{_PAST[action]}"


def refused_tag(*, whole_job: bool) -> str:
    """Return the audit tag of a command that came to nothing."""
    return "jobs:refused" if whole_job else "work_orders:refused"


# Where entries keep what people call their subject.
_CALLED = ("code", "sku", "slug", "key", "job", "order", "product", "part", "parent", "name", "title")
_LONGEST = 200


def codes(entry: Mapping[str, Any]) -> list[str]:
    """Return the codes and names an entry is searched by, in lower case."""
    return sorted(set(_codes(entry.get("before"))) | set(_codes(entry.get("after"))))


def searched(words: str) -> str:
    """Return what somebody looks for as codes are kept."""
    return words.casefold()[:_LONGEST]


def _codes(state: object) -> Iterator[str]:
    if isinstance(state, Mapping):
        called = (state.get(name) for name in _CALLED)
        yield from (searched(word) for word in called if isinstance(word, str) and word)
