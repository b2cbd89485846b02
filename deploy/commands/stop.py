"""`factoryos stop`: end the stack from another shell."""

from signal import SIGTERM
from typing import Annotated

import typer

from deploy.commands.environment import FAILED, NOT_RUNNING
from deploy.stack.process_ids import wait_until_gone
from deploy.stack.state import State

EXAMPLES = "Examples: factoryos stop · factoryos stop --timeout 120"


def stop(timeout: Annotated[float, typer.Option(help="Seconds to wait for the end.", min=0)] = 90) -> None:
    """Stop everything that `factoryos run` started, and wait until it is gone. Data is kept.

    Ends with 0 when all is gone, 3 when nothing ran, 1 when something still runs after the time.
    """
    state = State.default()
    run = state.run_file.read()
    processes = [run.supervisor, *(each.process for each in run.processes)] if run else []
    if run is None or not any(process.alive for process in processes):
        print(f"FactoryOS does not run from {state.home}.")
        raise typer.Exit(NOT_RUNNING)
    if run.supervisor.alive:
        run.supervisor.send(SIGTERM)
    else:
        state.run_file.end_leftovers(timeout)
    left = wait_until_gone(processes, timeout)
    if left:
        print(f"Still running after {timeout:g} seconds: {', '.join(str(process.pid) for process in left)}.")
        raise typer.Exit(FAILED)
    print("Stopped. All data is kept.")
