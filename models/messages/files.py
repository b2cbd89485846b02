from models.messages.base import Id, Instant, Message


class FileView(Message):
    """An uploaded file, without its content."""

    id: Id
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: Id
    uploaded_at: Instant
