"""Our own mail server, for a box without one: it catches every message and delivers none."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.children import Child
from deploy.stack.ports import LOOPBACK
from deploy.stack.probes import Probe
from deploy.stack.state import State

_PROGRAM = Path(__file__).with_name("mail_catcher.py")


@dataclass(frozen=True)
class MailCatcher:
    """The mail catcher; its messages lie in `folder`, one `.eml` each."""

    state: State
    port: int

    @property
    def url(self) -> str:
        """Address for the product."""
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def folder(self) -> Path:
        """Where the caught messages lie."""
        return self.state.home / "mail"

    def child(self) -> Child:
        """Return what the supervisor runs."""
        return Child(
            name="mail",
            command=(sys.executable, "-I", str(_PROGRAM), str(self.port), str(self.folder)),
            log=self.state.logs / "mail.log",
            probe=Probe("smtp", f"{LOOPBACK}:{self.port}"),
            address=f"{LOOPBACK}:{self.port}",
            environment={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
            prepare=lambda: self.folder.mkdir(mode=0o700, exist_ok=True),
        )
