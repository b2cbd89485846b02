"""A page in another language says a refusal whole in that language, with what it names in its place."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from models.rules.access import Role
from tests.factories import Factory
from tests.floor import execute, lamp_job, place, publish_lamp, rows, scale
from tests.pages.conftest import Browser
from tests.pages.reading import words

Opens = Callable[..., Browser]


@pytest.fixture
def german(browser: Opens, tenant: Factory) -> Opens:
    def opened(role: Role) -> Browser:
        made = browser(role)
        execute(tenant, "UPDATE users SET language = 'de'")
        return made

    return opened


def _lines(**parts: str) -> dict[str, object]:
    return {"key": str(uuid4()), "part": list(parts), "quantity": list(parts.values()), "uom": [""] * len(parts),
            "unit_cost": [""] * len(parts), "reason": "x"}  # fmt: skip


def test_stock_names_the_part_that_is_not_there(german: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    ivan = german(Role.INVENTORY_MANAGER)
    assert "Teil „GHOST“ gibt es nicht." in words(ivan.post("/stock/receive", _lines(GHOST="1")).text)


def test_an_order_names_what_it_would_need(german: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    form = {"key": "o", "product": "LAMP", "quantity": "100000", "lot_size": "1", "due": "2099-03-01"}
    page = words(german(Role.MANAGER).post("/orders", form).text)
    assert "Das wären 100,000 Lose mit je 5 Schritten" in page


def test_many_at_once_are_each_told_why(german: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    order = place(tenant)
    scale(tenant, order)
    execute(tenant, "UPDATE orders SET status = 'CANCELLED', ended_at = now()")
    (code,) = rows(tenant, "SELECT code FROM orders")
    form = {"key": "b", "action": "prioritise", "priority": "1", "reason": "x", "chosen": [str(order)]}
    page = words(german(Role.MANAGER).post("/orders/bulk", form).text)
    assert f"Auftrag {code.code} ist beendet; an ihm lässt sich nichts mehr ändern." in page


def test_a_page_that_is_not_there_or_not_for_somebody_says_so(german: Opens, tenant: Factory) -> None:
    lamp_job(tenant)
    nowhere = uuid4()
    maria = german(Role.MANAGER)
    assert f"Los „{nowhere}“ gibt es nicht." in words(maria.get(f"/jobs/{nowhere}").text)
    told = "Ihre Rolle „Leitung“ hat das Recht „Ändern, was für die ganze Fabrik gilt“ nicht"
    assert told in words(maria.get("/settings").text)
