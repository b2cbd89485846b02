from typing import Literal

from models.messages.base import Instant, Message


class Backlog(Message):
    """What of a factory's waits to be carried somewhere; `mail_given_up` within the last week."""

    audit: int
    audit_since: Instant | None
    commands: int
    commands_since: Instant | None
    mail: int
    mail_given_up: int
    mail_failure: str | None
    deliveries: int
    launches: int


class HealthCheck(Message):
    """One part of the system: whether it is well, what was found, and what to do where it is not."""

    name: str
    state: Literal["good", "warn", "bad"]
    found: str
    remedy: str = ""


class SystemHealth(Message):
    """How the system is, worst first."""

    at: Instant
    checks: tuple[HealthCheck, ...]
