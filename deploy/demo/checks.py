"""The demo's promises, each held against figures the demo has worked out for itself."""

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from deploy.demo.manual import Manual
from deploy.demo.report import Check, Found, Killed
from deploy.demo.scenario import LEFT_OUT, MACHINES, SETBACK
from deploy.demo.tally import Tally
from models.rules.orders import Status
from models.rules.work_orders import WorkOrderState

_STORED = Decimal("0.000001")
_SHOWN = 8


def check_all(manual: Manual, found: Found, tally: Tally, killed: Killed) -> tuple[Check, ...]:
    """Return every promise with whether it was kept."""
    return (
        _all_ended(manual, found),
        _setback(found),
        _left_out(found),
        _parallel(tally),
        _worker_came_back(killed),
        _stock(found),
        _finished_goods(manual, found),
        _costs(manual, found, tally),
        _audit(found, tally),
        _ledger(found),
    )


def _all_ended(manual: Manual, found: Found) -> Check:
    count = len(manual.steps) * MACHINES + 2  # the rejected gate and the step before it are done twice
    wrong = [f"{each.code} is {each.state}" for each in found.work_orders if each.state not in _DONE]
    wrong += [f"{each.code} is {each.status}" for each in found.jobs if each.status is not Status.DONE]
    wrong += [f"{found.order.code} is {found.order.status}"] if found.order.status is not Status.DONE else []
    if len(found.work_orders) != count:
        wrong.append(f"there are {len(found.work_orders)} work orders, not {count}")
    detail = f"{count} work orders of {MACHINES} jobs are completed or skipped; {found.order.code} is done"
    return Check("Every work order has ended", not wrong, _differs(wrong) or detail)


_DONE = {WorkOrderState.COMPLETED, WorkOrderState.SKIPPED}


def _setback(found: Found) -> Check:
    lots = {job.id: job.lot_number for job in found.jobs}
    again = {(lots[each.job_id], each.step_key, each.attempt) for each in found.work_orders if each.attempt > 1}
    expected = {(SETBACK.lot, SETBACK.back_to, 2), (SETBACK.lot, SETBACK.gate, 2)}
    rejected = sum((each.rejected for each in found.work_orders), Decimal(0))
    holds = again == expected and rejected == 1
    detail = f"{SETBACK.gate} of job {SETBACK.lot} rejected 1 piece; {SETBACK.back_to} and the gate were done again"
    return Check("One quality gate failed once", holds, detail if holds else f"done again: {sorted(again)}")


def _left_out(found: Found) -> Check:
    lots = {job.id: job.lot_number for job in found.jobs}
    skipped = [(lots[w.job_id], w.step_key) for w in found.work_orders if w.state is WorkOrderState.SKIPPED]
    holds = skipped == [(LEFT_OUT.lot, LEFT_OUT.step)]
    detail = f"{LEFT_OUT.step} of job {LEFT_OUT.lot}: {LEFT_OUT.reason.lower()}"
    return Check("One optional step was skipped", holds, detail if holds else f"skipped: {skipped}")


def _parallel(tally: Tally) -> Check:
    most = tally.most_at_once
    return Check("Work went on side by side", most > 1, f"up to {most} work orders of one job at the same time")


def _worker_came_back(killed: Killed) -> Check:
    holds = killed.deaths == 1 and killed.after not in (0, killed.before)
    detail = f"{killed.name}: process {killed.before} died after {killed.at_action} actions, {killed.after} took over"
    return Check("A killed worker came back", holds, detail)


def _stock(found: Found) -> Check:
    wrong = [
        f"{line.sku}: {line.after:f} {line.uom} there, {line.expected:f} expected"
        for line in found.stock
        if line.after != line.expected
    ]
    detail = (
        f"all {len(found.stock)} parts to the last decimal: BoM x {MACHINES}, rework and ruined parts, less skipped"
    )
    return Check("Stock is what it must be", not wrong, _differs(wrong) or detail)


def _finished_goods(manual: Manual, found: Found) -> Check:
    made = found.finished_after - found.finished_before
    return Check("Finished goods came in", made == MACHINES, f"{manual.product}: {made:+f} in stock")


def _costs(manual: Manual, found: Found, tally: Tally) -> Check:
    """Recompute the cost sheet from the manual's prices, the parts really taken and the minutes really stated."""
    ruined = {line.sku: line.ruined for line in found.stock}
    used = {line.sku: line.planned + line.reworked - line.left_out for line in found.stock}
    planned_minutes = [(step, manual.minutes[step] * MACHINES) for step in manual.steps]
    sheet = found.costs
    figures = {
        "planned material": (sheet.planned_material, manual.value(manual.bill(MACHINES))),
        "planned time": (sheet.planned_time, manual.time_cost(planned_minutes)),
        "material used": (sheet.actual_material, manual.value(used)),
        "ruined material": (sheet.actual_scrap, manual.value(ruined)),
        "minutes worked": (sheet.actual_minutes, tally.minutes()),
        "time worked": (sheet.actual_time, manual.time_cost(tally.by_step())),
    }
    wrong = [
        f"{name}: {_stored(actual):f} told, {_stored(expected):f} expected"
        for name, (actual, expected) in figures.items()
        if _stored(actual) != _stored(expected)
    ]
    return Check(
        "The cost sheet adds up", not wrong, _differs(wrong) or "material, time and minutes, planned and actual"
    )


def _stored(amount: Decimal) -> Decimal:
    return amount.quantize(_STORED, ROUND_HALF_UP)


def _audit(found: Found, tally: Tally) -> Check:
    accepted = set(tally.commands)
    lost, foreign = len(accepted - found.audited), len(found.audited - accepted)
    kinds = ", ".join(f"{count} {action}" for action, count in sorted(Counter(tally.commands.values()).items()))
    words = f"{len(found.audited)} entries in MongoDB for {len(accepted)} accepted actions ({kinds})"
    wrong = f"{words}; {lost} missing, {foreign} nobody did"
    return Check("Every accepted action is audited", not (lost or foreign), wrong if lost or foreign else words)


def _ledger(found: Found) -> Check:
    detail = f"{found.ledger_entries} rows, both legs of every movement, every balance"
    return Check("The ledger sums to zero per part", not found.ledger_faults, _differs(found.ledger_faults) or detail)


def _differs(wrong: list[str] | tuple[str, ...]) -> str:
    return "; ".join(_some(wrong))


def _some(wrong: list[str] | tuple[str, ...]) -> Iterator[str]:
    yield from wrong[:_SHOWN]
    if len(wrong) > _SHOWN:
        yield f"and {len(wrong) - _SHOWN} more"
