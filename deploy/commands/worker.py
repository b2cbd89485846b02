"""`factoryos worker`: one worker process."""

from typing import Annotated

import typer

EXAMPLES = "Examples: factoryos worker · factoryos worker --name worker-3"


def worker(name: Annotated[str, typer.Option(help="Name in logs; one process per name.")] = "worker-1") -> None:
    """Run workflows and activities until told to stop. `factoryos run` starts two of these by itself."""
    from worker.main import run

    run(name)
