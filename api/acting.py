"""How one command becomes one answer: 200 done, 202 taken and decided later, or a problem that says why not."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from api.commands import Wish, send
from api.errors import Problem, documented
from models.messages.access import Actor
from models.messages.commands import Outcome
from models.messages.commands import Request as Ask
from models.rules.commands import CommandState, RefusalKind

_LONGEST_KEY = 200


class CommandRefused(Problem):
    """A command came to nothing; the problem's slug is the refusal's name, and its fate is stored for ever."""

    def __init__(self, outcome: Outcome) -> None:
        refusal = outcome.refusal
        if refusal is None:
            raise ValueError("only a refused command is a problem")
        super().__init__(refusal.kind.value, refusal.detail)
        self.outcome = outcome

    def members(self) -> dict[str, Any]:
        """Return the command and what it was short of."""
        shortages = [short.model_dump(mode="json") for short in self.outcome.shortages]
        return {"command_id": str(self.outcome.command_id), **({"shortages": shortages} if shortages else {})}


async def command_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Made when the button was drawn; the same key of the same person is the same act, for ever",
            examples=["0b9f6a52-6c0e-4f0a-9f0d-0f7d1a2b3c4d"],
        ),
    ] = None,
) -> str:
    """Return the key of a command. Raises Problem without a usable one."""
    if key is None:
        raise Problem("idempotency-key-missing", "Send the header Idempotency-Key with a fresh random value.")
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Problem("unreadable-request", "Idempotency-Key must be 1 to 200 printable ASCII characters.")
    return key


CommandKey = Annotated[str, Depends(command_key)]


def may_answer(*refusals: RefusalKind) -> dict[int | str, dict[str, Any]]:
    """Return the answers a command route documents: 202, the refusals named, and those of every keyed route."""
    slugs: Sequence[str] = [refusal.value for refusal in refusals]
    later: dict[int | str, dict[str, Any]] = {
        202: {"model": Outcome, "description": "Taken; Temporal is away, and the fate will stand at Location"}
    }
    return {**later, **documented("not-found", "idempotency-key-missing", "idempotency-key-reused", *slugs)}


async def act(  # noqa: PLR0913 - a command has this many parts
    request: Request,
    actor: Actor,
    key: str,
    ask: Ask,
    *,
    work_order_id: UUID | None = None,
    job_id: UUID | None = None,
) -> Response:
    """Send one command and answer with its fate. Raises CommandRefused, Missing, KeyReused."""
    wish = Wish(key, ask, work_order_id, job_id)
    (outcome,) = await send(request.app.state.temporal, actor, [wish])
    if outcome.state is CommandState.REFUSED:
        raise CommandRefused(outcome)
    status = 200 if outcome.state is CommandState.APPLIED else 202
    headers = {"Location": f"/api/v1/commands/{outcome.command_id}"}
    return Response(outcome.model_dump_json(), status_code=status, media_type="application/json", headers=headers)
