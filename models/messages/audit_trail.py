from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.messages.audit import AuditEntry
from models.messages.base import Id, Instant, Message, Name, Text
from models.messages.paging import PageRequest
from models.rules.audit_chain import Finding


class AuditSelection(Message):
    """Which entries of the audit trail are wanted; those that fit every filter."""

    q: Text | None = Field(
        None, max_length=200, description="How a code or name of what it is about begins", examples=["WO-000012"]
    )
    action: tuple[Name, ...] = Field(
        (), max_length=50, description="Any of these", examples=[["work_orders:completed"]]
    )
    module: tuple[Name, ...] = Field((), max_length=50, description="Any of these", examples=[["work_orders"]])
    refused: bool | None = Field(None, description="Only what was refused, or only what was done")
    user_id: Id | None = None
    subject_id: Id | None = None
    command_id: Id | None = None
    key_id: Id | None = Field(None, description="The API key it was done with")
    session_id: Id | None = Field(None, description="The log-in it was done with")
    address: Name | None = Field(None, description="The network address it came from", examples=["192.168.1.20"])
    since: Instant | None = None
    until: Instant | None = Field(None, description="Before this instant")


class AuditFilters(AuditSelection, PageRequest):
    """How the audit trail is read, newest first."""

    sort: Literal["-timestamp"] = "-timestamp"


class ExportFormat(StrEnum):
    """What a trail may be taken along as."""

    CSV = "csv"
    JSONL = "jsonl"


class AuditExport(AuditSelection):
    """What is taken along, newest first."""

    format: ExportFormat = ExportFormat.CSV


class AuditEntryView(AuditEntry):
    """An entry as people read it: with the name that the person bears today, and its place in the chain."""

    user: str | None = Field(None, description="The person's present name")
    seq: int | None = Field(None, description="Its place in the chain; absent in entries from before chaining")
    hash: str | None = Field(None, description="SHA-256 over the hash before it and this entry")


class VerificationRequest(Message):
    """How much of the trail is looked at: the latest entries, from an instant if wanted."""

    latest: int = Field(10_000, ge=1, le=50_000, description="At most so many of the latest entries")
    since: Instant | None = Field(None, description="Only entries from this instant on")


class AuditVerification(Message):
    """Whether a factory's audit trail still is what was written, compared with what PostgreSQL knows of it."""

    sound: bool
    checked: int = Field(description="Entries looked at")
    first_seq: int = Field(description="Place of the first entry that was to be looked at")
    last_seq: int = Field(description="Place of the last entry, as PostgreSQL knows it")
    whole: bool = Field(description="From the oldest entry that is kept, not only the latest")
    unchained: int = Field(description="Entries from before chaining, which nothing protects")
    findings: tuple[Finding, ...]
    more_findings: int = Field(0, description="Findings beyond those told here")
