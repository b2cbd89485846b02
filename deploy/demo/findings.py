"""Looks, through the API alone, at what there is before the work and what there is after it."""

from contextlib import suppress
from decimal import Decimal
from functools import partial
from uuid import UUID

from deploy.demo.manual import Amounts, Manual
from deploy.demo.person import Impatient, Person
from deploy.demo.report import Found, StockLine
from deploy.demo.scenario import LEFT_OUT, MACHINES, SETBACK
from models.messages.audit_trail import AuditEntryView
from models.messages.costs import CostSheet
from models.messages.orders import OrderView
from models.messages.stock import BalanceView, StockCheck
from models.messages.work_orders import JobView, WorkOrderView
from models.rules.orders import ENDED

_RELAY_SECONDS = 60
_ZERO = Decimal(0)


class Findings:
    """Two looks at one order's factory."""

    def __init__(self, manager: Person, storekeeper: Person, manual: Manual, order: OrderView) -> None:
        self._manager, self._storekeeper = manager, storekeeper
        self._manual, self._order = manual, order
        self._before: Amounts = {}

    def look_before(self) -> None:
        """Remember what is in stock."""
        self._before = self._stock()

    def _stock(self) -> Amounts:
        rows = self._storekeeper.api.pages("/stock/balances", BalanceView, limit="200")
        return {row.sku: row.quantity for row in rows}

    def wait_for_the_end(self, actions: int) -> None:
        """Wait until the order is done and the relay has carried every action's entry. Raises Impatient."""
        person = self._manager
        person.wait_until(lambda: self._order_now().status in ENDED, f"{self._order.code} is done")
        with suppress(Impatient):  # what is missing then, the check on the audit trail says
            person.wait_until(lambda: len(self._audited()) >= actions, "the audit trail is complete", _RELAY_SECONDS)

    def _order_now(self) -> OrderView:
        path = f"/orders/{self._order.id}"
        return self._manager.patiently(lambda: self._manager.api.get(path, OrderView))

    def _audited(self) -> frozenset[UUID]:
        read = partial(
            self._manager.api.pages, "/audit", AuditEntryView, module="work_orders", refused="false", limit="200"
        )
        entries = self._manager.patiently(lambda: list(read()))
        return frozenset(entry.command_id for entry in entries if entry.command_id is not None)

    def look_after(self) -> Found:
        """Return all that the checks must know."""
        api, mine = self._manager.api, {"order_id": str(self._order.id), "limit": "200"}
        after = self._stock()
        books = self._storekeeper.api.get("/stock/check", StockCheck)
        product = self._manual.product
        return Found(
            order=self._order_now(),
            jobs=tuple(api.pages("/jobs", JobView, **mine)),
            work_orders=tuple(api.pages("/work-orders", WorkOrderView, **mine)),
            stock=self._lines(after),
            finished_before=self._before.get(product, _ZERO),
            finished_after=after.get(product, _ZERO),
            costs=api.get(f"/orders/{self._order.id}/costs", CostSheet),
            audited=self._audited(),
            ledger_entries=books.entries,
            ledger_faults=tuple(f"{f.sku} at {f.location}: {f.ledger:f} / {f.balance:f}" for f in books.faults),
        )

    def _lines(self, after: Amounts) -> tuple[StockLine, ...]:
        planned, saved = self._manual.bill(MACHINES), self._manual.needs[LEFT_OUT.step]
        reworked = {used.part: used.quantity for used in SETBACK.used}
        ruined = {used.part: used.scrapped for used in SETBACK.used}
        return tuple(
            StockLine(
                sku=sku, uom=self._manual.units[sku], before=self._before.get(sku, _ZERO), planned=planned[sku],
                reworked=reworked.get(sku, _ZERO), ruined=ruined.get(sku, _ZERO), left_out=saved.get(sku, _ZERO),
                after=after.get(sku, _ZERO),
            )
            for sku in sorted(planned)
        )  # fmt: skip
