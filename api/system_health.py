"""How the whole system is: its servers, workers and disk, and what waits to be carried; each with what to do."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from api.pages.frame.words import marked
from api.servers import servers
from models.connections.postgres import read
from models.connections.settings import settings
from models.messages.access import Actor
from models.messages.health import Backlog, HealthCheck, SystemHealth
from models.records.health import backlog
from models.rules.health import Concern, of_mail, of_space, of_waiting

_SECONDS = 3
State = Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the system: `found` is filled from `values`; it and the remedy are translated where shown."""

    name: str
    state: State
    found: str
    remedy: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


_POLLED_LATELY = timedelta(minutes=2)
_REMEDIES = {
    "postgresql": marked(
        "Nothing works without it. Start PostgreSQL, then look here again; `factoryos status` names its log."
    ),
    "migrations": marked("Run `factoryos migrate` once, with the owner's address of the database."),
    "mongodb": marked(
        "Work goes on; the audit trail waits in PostgreSQL and is carried over once MongoDB answers. Start it."
    ),
    "temporal": marked(
        "Taps are kept and decided later. Start Temporal; if its data is lost, `factoryos repair` rebuilds it."
    ),
}
_RELAY = marked("They are safe in PostgreSQL. Look whether MongoDB and a worker run.")
_COMMANDS = marked("They are kept. Look whether Temporal and a worker run.")
_MAIL = marked("Check SMTP_URL and the addresses, then send a test mail from the settings.")
_DISK = marked("Make room: move old backups and logs away, or add a larger disk.")
_GIGABYTE = 1024**3
_ORDER = {Concern.BAD: 0, Concern.WARN: 1, Concern.GOOD: 2}


async def findings(request: Request, actor: Actor) -> list[Finding]:
    """Ask everything once, side by side, and tell the worst first; what does not answer is a finding, not a fault."""
    now = datetime.now(UTC)
    answering, workers, waiting = await asyncio.gather(_servers(request), _workers(request, now), _waiting(actor, now))
    checks = [*answering, workers, *waiting, _disk()]
    return sorted(checks, key=lambda one: _ORDER[Concern(one.state)])


async def system_health(request: Request, actor: Actor) -> SystemHealth:
    """Return how the whole system is, in English."""
    found = await findings(request, actor)
    checks = [
        HealthCheck(name=one.name, state=one.state, found=one.found % one.values, remedy=one.remedy) for one in found
    ]
    return SystemHealth(at=datetime.now(UTC), checks=tuple(checks))


async def _servers(request: Request) -> list[Finding]:
    version = {"version": request.app.version}
    found = [Finding("api", "good", marked("FactoryOS %(version)s answers"), values=version)]
    for check in await servers(request):
        words = marked("answers") if check.ok else "%(detail)s"
        remedy = "" if check.ok else _REMEDIES.get(check.name, "")
        found.append(Finding(check.name, "good" if check.ok else "bad", words, remedy, {"detail": check.detail}))
    return found


async def _workers(request: Request, now: datetime) -> Finding:
    """Count the worker processes that asked Temporal for work within the last two minutes."""
    asked = DescribeTaskQueueRequest(
        namespace=settings().temporal_namespace, task_queue=TaskQueue(name=settings().factoryos_task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )  # fmt: skip
    try:
        service = request.app.state.temporal.workflow_service
        answer = await asyncio.wait_for(service.describe_task_queue(asked), _SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the check reports
        return _unasked("workers", error, _REMEDIES["temporal"])
    living = {
        poller.identity for poller in answer.pollers
        if now - poller.last_access_time.ToDatetime(tzinfo=UTC) < _POLLED_LATELY
    }  # fmt: skip
    if living:
        return Finding(name="workers", state="good", found=marked("%(count)s at work"), values={"count": len(living)})
    remedy = marked("Jobs stand still until a worker runs: start one with `factoryos worker`, or the whole stack anew.")
    return Finding(name="workers", state="bad", found=marked("none at work"), remedy=remedy)


def _unasked(name: str, error: Exception, remedy: str = "") -> Finding:
    return Finding(name, "bad", marked("cannot be asked for (%(why)s)"), remedy, {"why": type(error).__name__})


async def _waiting(actor: Actor, now: datetime) -> list[Finding]:
    try:
        found = await run_in_threadpool(_backlog, actor)
    except Exception as error:  # noqa: BLE001 - see _workers
        return [_unasked("relay", error)]
    return list(_carried(found, now))


def _backlog(actor: Actor) -> Backlog:
    with read(actor.tenant_id) as session:
        return backlog(session)


def _carried(found: Backlog, now: datetime) -> Iterator[Finding]:
    relay, commands = of_waiting(found.audit_since, now), of_waiting(found.commands_since, now)
    mail = of_mail(found.mail, found.mail_given_up)
    yield _counted("relay", relay, marked("%(count)s audit entries wait"), _RELAY, {"count": found.audit})
    yield _counted("commands", commands, marked("%(count)s commands undecided"), _COMMANDS, {"count": found.commands})
    numbers = {"waiting": found.mail, "given_up": found.mail_given_up, "why": found.mail_failure or "—"}
    words = marked("%(waiting)s waiting, %(given_up)s given up this week; last trouble: %(why)s")
    yield _counted("mail", mail, words, _MAIL, numbers)
    yield _counted("webhooks", Concern.GOOD, marked("%(count)s deliveries wait"), "", {"count": found.deliveries})


def _counted(name: str, concern: Concern, found: str, remedy: str, values: Mapping[str, object]) -> Finding:
    return Finding(name, concern.value, found, "" if concern is Concern.GOOD else remedy, values)


def _disk() -> Finding:
    """Look at the disk the logs are on, which on one machine is everybody's."""
    usage = shutil.disk_usage(settings().factoryos_log_dir or ".")
    values = {"free": f"{usage.free / _GIGABYTE:.1f}", "whole": f"{usage.total / _GIGABYTE:.1f}"}
    return _counted(
        "disk", of_space(usage.free, usage.total), marked("%(free)s GB of %(whole)s GB free"), _DISK, values
    )
