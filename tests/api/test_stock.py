from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Api


def _received(api: Api, *lines: dict[str, Any]) -> Any:
    return api.post("/stock/receipts", {"lines": list(lines)})


def _parts(api: Api) -> None:
    api.made("/parts", {"sku": "NUT", "name": "Nut", "unit_cost": "0.02", "minimum_stock": "10"})
    api.made("/parts", {"sku": "TUBE", "name": "Tube", "uom": "m", "unit_cost": "0.7"})


def test_received_goods_are_on_hand_in_the_stock_unit(api: Api) -> None:
    _parts(api)
    answer = _received(api, {"part": "NUT", "quantity": 7}, {"part": "TUBE", "quantity": "250", "uom": "cm"})
    assert answer.status_code == 201, answer.text
    assert {row["sku"]: row["quantity"] for row in answer.json()["balances"]} == {"NUT": "7", "TUBE": "2.5"}
    balances = api.get("/stock/balances").json()["items"]
    assert {row["sku"]: row["value"] for row in balances} == {"NUT": "0.14", "TUBE": "1.75"}
    assert [row["sku"] for row in api.get("/stock/balances?short=true").json()["items"]] == ["NUT"]


def test_one_wrong_line_and_nothing_is_received(api: Api) -> None:
    _parts(api)
    wrong: tuple[dict[str, Any], ...] = (
        {"part": "GHOST", "quantity": 1},
        {"part": "NUT", "quantity": "1.5"},
        {"part": "NUT", "quantity": 0},
        {"part": "NUT", "quantity": -1},
        {"part": "TUBE", "quantity": 1, "uom": "kg"},
        {"part": "TUBE", "quantity": 1, "uom": "furlong"},
    )
    for line in wrong:
        refused = _received(api, {"part": "NUT", "quantity": 5}, line)
        assert refused.status_code == 422, line
        assert refused.json()["errors"][0]["pointer"].startswith("/lines/1/"), line
    assert api.get("/stock/balances").json()["items"] == []
    assert api.get("/stock/entries").json()["items"] == []


def test_stock_is_never_negative_and_the_shortage_is_named(api: Api) -> None:
    _parts(api)
    _received(api, {"part": "NUT", "quantity": 5}, {"part": "TUBE", "quantity": 1})
    lines = [{"part": "TUBE", "quantity": "-0.5", "reason": "cut"}, {"part": "NUT", "quantity": -6, "reason": "count"}]
    refused = api.post("/stock/adjustments", {"lines": lines})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/stock-short")
    short = refused.json()["shortages"]
    assert [(row["sku"], row["wanted"], row["on_hand"]) for row in short] == [("NUT", "6", "5")]
    assert refused.json()["detail"] == "Not enough in stock (there / wanted): NUT (5 / 6)."
    assert {row["sku"]: row["quantity"] for row in api.get("/stock/balances").json()["items"]} == {
        "NUT": "5",
        "TUBE": "1",
    }


def test_an_adjustment_says_why(api: Api) -> None:
    _parts(api)
    refused = api.post("/stock/adjustments", {"lines": [{"part": "NUT", "quantity": 3}]})
    assert refused.json()["errors"][0]["pointer"] == "/lines/0/reason"
    api.made("/stock/adjustments", {"lines": [{"part": "NUT", "quantity": 3, "reason": "found in a drawer"}]})
    rows = api.get("/stock/entries?part=NUT&location=stock").json()["items"]
    assert [(row["kind"], row["quantity"], row["reason"]) for row in rows] == [("adjust", "3", "found in a drawer")]


def test_the_ledger_is_walked_whole_and_filtered(api: Api) -> None:
    _parts(api)
    for _ in range(4):
        _received(api, {"part": "NUT", "quantity": 1}, {"part": "TUBE", "quantity": 1})
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/stock/entries?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 16
    assert len(api.get("/stock/entries?part=TUBE&kind=receipt").json()["items"]) == 8
    assert api.get("/stock/entries?kind=ship").json()["items"] == []
    assert api.get("/stock/entries?posted_from=2100-01-01T00:00:00Z").json()["items"] == []
    assert len(api.get("/stock/entries?posted_before=2100-01-01T00:00:00Z").json()["items"]) == 16


def test_a_lot_is_followed_from_its_receipt_through_the_ledger(api: Api) -> None:
    _parts(api)
    _received(api, {"part": "NUT", "quantity": 5, "lot": "B-77"}, {"part": "NUT", "quantity": 4, "lot": "B-78"})
    lost = {"part": "NUT", "quantity": -2, "lot": "B-77", "reason": "rusty"}
    api.made("/stock/adjustments", {"lines": [lost]})
    rows = api.get("/stock/entries?lot=B-77&location=stock").json()["items"]
    assert [(row["kind"], row["quantity"], row["lot"]) for row in rows] == [
        ("adjust", "-2", "B-77"), ("receipt", "5", "B-77"),
    ]  # fmt: skip
    assert api.get("/stock/entries?lot=B-79").json()["items"] == []
    assert api.get("/scan?code=lot:B-77").json()["address"] == "/stock/ledger?lot=B-77"
    refused = _received(api, {"part": "NUT", "quantity": 5, "lot": "x" * 65})
    assert refused.json()["errors"][0]["pointer"] == "/lines/0/lot"


def _walked(api: Api, query: str) -> list[tuple[str, str]]:
    """Every row of the ledger that fits, two at a time: part and quantity."""
    seen, cursor = [], ""
    while True:
        page = api.get(f"/stock/entries?limit=2&{query}{cursor}").json()
        seen += [(row["sku"], row["quantity"]) for row in page["items"]]
        if page["next_cursor"] is None:
            return seen
        cursor = f"&cursor={page['next_cursor']}"


def test_a_text_is_found_in_the_ledger_by_part_or_reason_in_the_order_asked_for(api: Api) -> None:
    _parts(api)
    api.made("/parts", {"sku": "BOLT", "name": "Bolt for a nut"})
    for count in (1, 2, 3):
        _received(api, {"part": "NUT", "quantity": count}, {"part": "TUBE", "quantity": count})
    _received(api, {"part": "BOLT", "quantity": 9})
    drawer = {"reason": "behind the NUTS"}
    api.made("/stock/adjustments", {"lines": [{"part": "TUBE", "quantity": 4, **drawer}]})
    api.made("/stock/adjustments", {"lines": [{"part": "NUT", "quantity": 5, **drawer}]})
    nuts = [("NUT", "5"), ("TUBE", "4"), ("BOLT", "9"), ("NUT", "3"), ("NUT", "2"), ("NUT", "1")]
    assert _walked(api, "q=nut&location=stock") == nuts
    assert _walked(api, "q=nut&location=stock&sort=posted_at") == nuts[::-1]
    assert _walked(api, "q=nut&location=stock&kind=adjust") == nuts[:2]
    assert _walked(api, "q=nut&location=stock&part=TUBE") == [("TUBE", "4")]
    assert _walked(api, "q=bolt&location=stock") == [("BOLT", "9")]
    assert _walked(api, "q=%25") == _walked(api, "q=drawer") == []


def test_the_books_hold(api: Api) -> None:
    _parts(api)
    _received(api, {"part": "NUT", "quantity": 5}, {"part": "NUT", "quantity": 2})
    api.made("/stock/adjustments", {"lines": [{"part": "NUT", "quantity": -7, "reason": "count"}]})
    check = api.get("/stock/check").json()
    assert (check["sound"], check["entries"], check["faults"]) == (True, 6, [])


def test_the_largest_figures_are_refused_in_words(api: Api) -> None:
    _parts(api)
    most = {"part": "TUBE", "quantity": "999999999999.999999", "unit_cost": "999999999999.999999"}
    assert _received(api, most).status_code == 201
    assert _received(api, most).status_code == 422
    assert api.get("/stock/balances").status_code == 200


def test_moving_stock_is_told_once(api: Api, audited: Callable[[], list[Any]]) -> None:
    _parts(api)
    _received(api, {"part": "NUT", "quantity": 5})
    api.post("/stock/adjustments", {"lines": [{"part": "NUT", "quantity": -50, "reason": "x"}]})
    assert [entry["action"] for entry in audited()] == ["parts:created", "parts:created", "stock:received"]


def test_another_factory_moves_and_sees_nothing_of_it(api: Api, stranger: Api) -> None:
    _parts(api)
    _received(api, {"part": "NUT", "quantity": 5})
    assert stranger.get("/stock/balances").json()["items"] == []
    assert stranger.get("/stock/entries").json()["items"] == []
    assert _received(stranger, {"part": "NUT", "quantity": 5}).status_code == 422


def test_only_those_who_may_move_stock(api: Api) -> None:
    _parts(api)
    posting = {"lines": [{"part": "NUT", "quantity": 1}]}
    assert api.as_("manager").post("/stock/receipts", posting).status_code == 403
    assert api.as_("inventory_manager").post("/stock/receipts", posting).status_code == 201


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"])
def test_stock_did_not_move_in_another_age(api: Api, moment: str) -> None:
    _parts(api)
    refused = api.post("/stock/receipts", {"lines": [{"part": "NUT", "quantity": 1}], "occurred_at": moment})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["detail"] == "must lie between the years 2000 and 2200"
