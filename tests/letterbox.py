"""Mail as people get it: what the mail catcher of the tests' own stack has kept for one address."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

from deploy.stack.plan import Plan
from worker.relays import mail as relay


class Letterbox:
    """The letterboxes of all addresses; opening one first lets the relay deliver what waits."""

    def __init__(self, plan: Plan) -> None:
        self.folder = plan.state.home / "mail"

    @staticmethod
    def address() -> str:
        """Return an address that nobody else uses."""
        return f"{uuid4().hex[:16]}@people.example.com"

    def letters(self, address: str) -> list[EmailMessage]:
        """Return what came for an address, oldest first."""
        while relay.relay_all():
            pass
        found = [
            message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(self.folder.glob("*.eml"))
        ]
        return [message for message in found if message["To"] == address]

    def text(self, address: str) -> str:
        """Return the newest letter's plain text."""
        body = self.letters(address)[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())
