"""How a workflow writes: once quickly beside its own task, else patiently as a regular activity."""

from collections.abc import Callable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from workflows import options

_Result = TypeVar("_Result")


class Overtaken(Exception):  # noqa: N818 - a state of affairs, not an error
    """The database has gone on without this workflow: another run of the job was built from it."""


async def write(method: Callable[[Any, Any], _Result], argument: object, *, name: str, summary: str) -> _Result:
    """Run a short, idempotent write until it is done. Raises Overtaken where the database refuses this workflow."""
    try:
        return await workflow.execute_local_activity_method(
            method, argument, start_to_close_timeout=options.QUICK_TIMEOUT, retry_policy=options.QUICK_RETRY,
            activity_id=name, summary=summary,
        )  # fmt: skip
    except FailureError as failure:
        # A local activity's own error arrives bare; only its timeout comes wrapped in an ActivityError.
        _raise_if_overtaken(failure)
    try:
        return await workflow.execute_activity_method(
            method, argument, start_to_close_timeout=options.WRITE_TIMEOUT, retry_policy=options.WRITE_RETRY,
            activity_id=f"{name} (again)", summary=summary,
        )  # fmt: skip
    except ActivityError as failure:
        _raise_if_overtaken(failure)
        raise


def _raise_if_overtaken(failure: FailureError) -> None:
    cause = failure.cause if isinstance(failure, ActivityError) else failure
    if isinstance(cause, ApplicationError) and cause.type == "StateSkew":
        raise Overtaken(cause.message) from failure
