from pydantic import Field

from models.messages.base import Figure, Id, Message


class StepPieces(Message):
    """The pieces of one step: entered = good + scrapped + aside + still_open + given_up, over all its attempts."""

    step_index: int
    step_key: str
    name: str
    entered: Figure = Field(description="Given to the step, each piece once")
    good: Figure
    scrapped: Figure
    aside: Figure = Field(description="Rejected and not taken up again")
    still_open: Figure
    given_up: Figure = Field(description="Open when the step was cancelled")
    reworked: Figure = Field(description="Of those entered, how often one was done again")
    skipped: bool


class JobPieces(Message):
    """The pieces of a job and of its steps."""

    job_id: Id
    quantity: Figure
    produced: Figure
    scrapped: Figure
    aside: Figure
    reworked: Figure
    steps: tuple[StepPieces, ...]
