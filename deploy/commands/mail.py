"""`factoryos mail`: what the local mail catcher caught."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated

import typer

from deploy.stack.state import State

EXAMPLES = "Examples: factoryos mail · factoryos mail --last"


def mail(*, last: Annotated[bool, typer.Option("--last", help="Show the newest message as a whole.")] = False) -> None:
    """List the mail that FactoryOS sent here, oldest first; nothing of it left this machine.

    Mail is caught only where the environment names no mail server (SMTP_URL).
    """
    messages = list(_messages(State.default().home / "mail"))
    if not messages:
        print("No mail was caught yet.")
        return
    if last:
        _show(messages[-1])
        return
    for message in messages:
        print(f"{message['Date']}  {message['To']}  {message['Subject']}")


def _messages(folder: Path) -> Iterator[EmailMessage]:
    for path in sorted(folder.glob("*.eml")):
        yield message_from_bytes(path.read_bytes(), policy=policy.default)


def _show(message: EmailMessage) -> None:
    for name in ("Date", "From", "To", "Subject"):
        print(f"{name}: {message[name]}")
    body = message.get_body(preferencelist=("plain",))
    print(f"\n{body.get_content().strip() if body is not None else '(no text)'}")
