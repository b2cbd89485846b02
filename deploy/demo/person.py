"""Somebody at a tablet: acts through the public API, asks again with the same key, and hears every answer."""

from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar
from uuid import uuid4

from deploy.client import Access, ApiClient, ApiRefused, ServerAway
from deploy.demo.tally import Tally
from models.messages.command_views import CommandView
from models.messages.commands import Outcome, Request
from models.messages.files import FileView
from models.rules.commands import CommandState

Answer = TypeVar("Answer")
_PAUSE_SECONDS = 0.2
_PATIENCE_SECONDS = 90


class NotTaken(Exception):  # noqa: N818 - errors name the refusal
    """What was asked of a work order was refused; `kind` is the refusal's permanent name."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


class Impatient(Exception):  # noqa: N818 - errors name the refusal
    """Something that should have happened did not, within a generous time; or the demo is being ended."""


class Person:
    """One logged-in person, as a context manager. Several people may act at once, each from a thread of their own."""

    def __init__(self, access: Access, tally: Tally, ending: Event) -> None:
        self.name = access.user
        self.api = ApiClient(access)
        self._tally, self._ending = tally, ending
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(self.api)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def act(self, path: str, ask: Request) -> Outcome:
        """Send one action until its fate is known, and count it if it was accepted. Raises NotTaken."""
        key = str(uuid4())
        content = ask.model_dump(mode="json", exclude_none=True)
        try:
            outcome = self.patiently(lambda: self.api.post(path, Outcome, content, key=key))
        except ApiRefused as refusal:
            self._tally.refused()
            raise NotTaken(str(refusal.document.get("type", "")).rpartition("/")[2], str(refusal)) from refusal
        if outcome.state is CommandState.PENDING:
            self._tally.postponed()
            outcome = self._fate(outcome)
        if outcome.state is CommandState.REFUSED:
            self._tally.refused()
            kind, detail = (outcome.refusal.kind.value, outcome.refusal.detail) if outcome.refusal else ("", "")
            raise NotTaken(kind, detail)
        self._tally.accepted(outcome.command_id, ask.action)
        return outcome

    def _fate(self, taken: Outcome) -> Outcome:
        """Read what became of an action that was taken (202) but not decided while we waited."""
        path = f"/commands/{taken.command_id}"
        seen: list[Outcome] = []

        def decided() -> bool:
            view = self.patiently(lambda: self.api.get(path, CommandView))
            seen[:] = [view.result] if view.result is not None and view.state is not CommandState.PENDING else []
            return bool(seen)

        self.wait_until(decided, f"command {taken.command_id} is decided")
        return seen[0]

    def upload(self, content: bytes) -> FileView:
        """Upload a file once, however often it must be sent."""
        key = str(uuid4())
        return self.patiently(lambda: self.api.upload("/files", FileView, BytesIO(content), {}, key=key))

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask until a server answers: one that is away is asked again. Raises ApiRefused, Impatient."""
        deadline = monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return ask()
            except ServerAway as away:
                self._tally.asked_again()
                if monotonic() > deadline:
                    raise Impatient(f"{away} ({self.name} tried for {_PATIENCE_SECONDS} seconds)") from away
                self.rest()

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = _PATIENCE_SECONDS) -> None:
        """Wait, looking again and again, until something holds. Raises Impatient naming it."""
        deadline = monotonic() + seconds
        while not holds():
            if monotonic() > deadline:
                raise Impatient(f"Waited {seconds:g} seconds in vain until {what}.")
            self.rest()

    def rest(self) -> None:
        """Let a moment pass. Raises Impatient when the demo is being ended."""
        if self._ending.wait(_PAUSE_SECONDS):
            raise Impatient("The demo is being ended.")
