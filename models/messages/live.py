from pydantic import Field

from models.messages.base import Id, Instant, Message


class LiveEvent(Message):
    """Something that has just happened; screens read anew what it touches."""

    id: int = Field(description="Grows with time; send it as Last-Event-ID to go on from there")
    action: str = Field(description="What happened, as the audit trail calls it", examples=["work_orders:completed"])
    subject_id: Id
    subject_code: str | None = None
    job: str | None = Field(None, description="Code of the job it belongs to")
    state: str | None = None
    user_id: Id | None = None
    timestamp: Instant


class Tick(Message):
    """Sent every few seconds: a stream without ticks is broken, whatever the connection says."""

    server_time: Instant
