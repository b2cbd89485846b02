"""A mail server that delivers nothing: `python mail_catcher.py PORT FOLDER` keeps each message as a file.

A program of its own, with nothing of ours imported. The newest 500 messages are kept.
"""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_KEPT = 500
_LARGEST_BYTES = 10_000_000
_PORT, _FOLDER = 1, 2


class Keeper:
    """Takes every message and writes it down, whole or not at all; names sort by the time of arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep one message."""
        content = envelope.original_content or b""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{next(self._numbers):06d}"
        partial = self._folder / f"{name}.part"
        partial.write_bytes(content)
        partial.rename(self._folder / f"{name}.eml")
        for old in sorted(self._folder.glob("*.eml"))[:-_KEPT]:
            old.unlink()
        return "250 Kept"


async def serve(port: int, folder: Path) -> None:
    """Take mail on the loopback until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, enable_SMTPUTF8=True, data_size_limit=_LARGEST_BYTES, ident="FactoryOS mail catcher"),
        "127.0.0.1", port,
    )  # fmt: skip
    async with server:
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[_PORT]), Path(sys.argv[_FOLDER])))
