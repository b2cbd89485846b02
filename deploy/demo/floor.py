"""How the technicians work: look what is ready, start a few things, complete them, look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from deploy.demo.person import NotTaken, Person
from deploy.demo.readings import minutes_spent, passing, photo
from deploy.demo.scenario import SETBACK
from deploy.demo.screen import Screen
from deploy.demo.tally import Tally, Worked
from models.messages.commands import CompleteWorkOrder, DataEntry, PartUsed, StartWorkOrder
from models.messages.orders import OrderView
from models.messages.templates import DataField
from models.messages.work_orders import JobView, WorkOrderDetail, WorkOrderView
from models.rules.templates import DataKind

_HANDS = 3  # work orders one technician has going at a time: the printer runs while the iron heats
# Somebody else took it, rework sent it back to waiting, or the job has even ended meanwhile.
_QUICKER = {"wrong-state", "not-yours", "stale-attempt", "job-closed"}


@dataclass(frozen=True)
class Floor:
    """The order being worked, and who is told what."""

    order: OrderView
    jobs: dict[UUID, JobView]
    tally: Tally
    screen: Screen

    @property
    def finished(self) -> bool:
        """Whether every job has ended, as the answers to completions said."""
        return self.tally.ended_jobs == len(self.jobs)


def work(floor: Floor, person: Person, number: int) -> None:
    """Work until every job has ended. Raises NotTaken for a refusal that is nobody's luck, and what Person raises."""
    while not floor.finished:
        taken = _take(floor, person, number)
        for each in taken:
            _complete(floor, person, each)
        if not taken:
            person.rest()


def _take(floor: Floor, person: Person, number: int) -> list[WorkOrderView]:
    """Start a few ready work orders, each technician from another end of the list."""
    taken: list[WorkOrderView] = []
    for each in _ready(floor, person, number):
        if len(taken) == _HANDS:
            break
        try:
            person.act(f"/work-orders/{each.id}/start", StartWorkOrder())
        except NotTaken as refusal:
            if refusal.kind not in _QUICKER:
                raise
        else:
            floor.tally.begins(each.job_code)
            taken.append(each)
    return taken


def _ready(floor: Floor, person: Person, number: int) -> Sequence[WorkOrderView]:
    query = {"state": "READY", "order_id": str(floor.order.id), "limit": "200"}
    ready = person.patiently(lambda: list(person.api.pages("/work-orders", WorkOrderView, **query)))
    turn = (number * _HANDS) % len(ready) if ready else 0
    return [*ready[turn:], *ready[:turn]]


def _complete(floor: Floor, person: Person, taken: WorkOrderView) -> None:
    path = f"/work-orders/{taken.id}"
    detail = person.patiently(lambda: person.api.get(path, WorkOrderDetail))
    job = floor.jobs[taken.job_id]
    ask = _answer(person, detail, job)
    floor.tally.ends(job.code)
    outcome = person.act(f"{path}/complete", ask)
    worked = Worked(job.lot_number, detail.step_key, detail.attempt, ask.minutes or detail.planned_minutes)
    floor.tally.completed(worked, job_ended=outcome.job_ended)
    floor.screen.step_done(job.code, outcome.opened, f"{person.name} {_words(detail, ask)}")


def _words(detail: WorkOrderDetail, ask: CompleteWorkOrder) -> str:
    again = f" (attempt {detail.attempt})" if detail.attempt > 1 else ""
    rejects = f", which is rejected: {ask.reason}" if ask.rejected else ""
    return f"completes {detail.step_key}{again} in {ask.minutes:f} min{rejects}"


def _answer(person: Person, detail: WorkOrderDetail, job: JobView) -> CompleteWorkOrder:
    """Return what the technician has to say at the end of a work order."""
    minutes = minutes_spent(detail.planned_minutes, job.lot_number, detail.step_key, detail.attempt)
    if (job.lot_number, detail.step_key, detail.attempt) == (SETBACK.lot, SETBACK.gate, 1):
        failing = tuple(DataEntry(key=key, value=value) for key, value in SETBACK.failing)
        return CompleteWorkOrder(rejected=detail.quantity, reason=SETBACK.reason, data=failing, minutes=minutes)
    data = tuple(DataEntry(key=field.key, value=_value(person, field, job)) for field in detail.fields)
    if detail.step_key == SETBACK.back_to and detail.attempt > 1:
        used = tuple(PartUsed(part=u.part, quantity=u.quantity, scrapped=u.scrapped) for u in SETBACK.used)
        return CompleteWorkOrder(data=data, minutes=minutes, parts_used=used)
    return CompleteWorkOrder(data=data, minutes=minutes)


def _value(person: Person, field: DataField, job: JobView) -> object:
    if field.kind is DataKind.FILE:
        return str(person.upload(photo(job.lot_number)).id)
    return passing(field, job.code)
