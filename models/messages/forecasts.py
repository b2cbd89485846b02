from pydantic import Field

from models.messages.base import Figure, Id, Instant, Message, Words
from models.rules.forecasts import ASSUMES, Standing
from models.rules.work_orders import WaitReason


class Obstacle(Message):
    """What stands first in the way: the step, why it does not move, and who moves it on."""

    work_order_id: Id
    code: str
    step: str
    kind: WaitReason | None = Field(description="None where nothing hinders it: somebody may start it")
    words: Words
    next_action: Words


class JobForecast(Message):
    """When a job will be done at the earliest, what stands in the way, and what that assumes."""

    job_id: Id
    code: str
    due_at: Instant
    at: Instant = Field(description="When it was reckoned")
    standing: Standing
    finish_at: Instant | None = Field(description="The earliest instant; None where the job has ended")
    minutes_left: Figure = Field(description="Planned minutes on the longest way through the open steps")
    path: tuple[str, ...] = Field((), description="Keys of the steps on that way, first to last")
    obstacle: Obstacle | None = None
    assumes: tuple[str, ...] = ASSUMES


class OrderForecast(Message):
    """When an order will be done at the earliest: the latest of its open jobs decides."""

    order_id: Id
    due_at: Instant
    at: Instant
    standing: Standing
    finish_at: Instant | None
    decided_by: JobForecast | None = Field(None, description="The open job that will be the last")
    open_jobs: int
    reckoned_jobs: int = Field(description="Of a large order, only the first open jobs are reckoned")
