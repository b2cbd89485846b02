"""What a job's page, its traveller and the order's page tell."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.messages.commands import AssignWorkOrder, CompleteWorkOrder, HoldWorkOrder, StartWorkOrder
from models.records.jobs import pieces
from models.rules.access import Role
from tests.api.conftest import Api
from tests.factories import Factory
from tests.floor import execute, lamp_job, place, publish_lamp, rows, scalar, scale
from tests.pages.conftest import Browser
from tests.pages.reading import Reader

Opens = Callable[..., Browser]
PNG = b"\x89PNG\r\n\x1a\n"


def test_a_job_says_when_it_is_done_what_comes_next_and_what_that_assumes(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant, "2")
    hands.work("cut")
    page = Reader(browser(Role.MANAGER).get(f"/jobs/{hands.job_id}").text)
    assert "On time" in page.text
    assert "Done at the earliest" in page.text
    # mount 8 min, check 4, pack 1: polish beside mount is shorter
    assert "13 min of planned work in a row are left" in page.text
    assert "Somebody starts it." in page.text
    assert "no nights, weekends or holidays" in page.text


def test_what_is_held_or_short_stands_in_the_way(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant, stocked=False)
    forecast = Api(browser(Role.MANAGER).client, tenant, Role.MANAGER).get(f"/jobs/{hands.job_id}/forecast").json()
    assert (forecast["standing"], forecast["obstacle"]["kind"]) == ("blocked", "material")
    assert "WIRE" in forecast["obstacle"]["words"]
    hands.do(HoldWorkOrder(reason="Crack in the jig"), "cut")
    page = Reader(browser(Role.MANAGER).get(f"/orders/{hands.order_id}").text)
    assert "Something is in the way" in page.text
    assert "Crack in the jig" in page.text
    assert "A manager releases the hold." in page.text
    execute(tenant, "UPDATE orders SET due_at = now() - interval '1 day'")
    assert "it was due" in Reader(browser(Role.MANAGER).get(f"/orders/{hands.order_id}").text).text


def test_why_work_does_not_move_is_said_in_the_pages_language(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant, stocked=False)
    page = Reader(browser(Role.MANAGER).get(f"/jobs/{hands.job_id}", accept_language="de").text)
    assert "Es fehlt WIRE" in page.text
    assert "Die Lagerleitung bucht das fehlende Material ein." in page.text
    hands.do(HoldWorkOrder(reason="100 % <Riss>"), "cut")
    page = Reader(browser(Role.MANAGER).get(f"/orders/{hands.order_id}", accept_language="de").text)
    assert "Gesperrt: 100 % <Riss>" in page.text
    assert "Die Leitung hebt die Sperre auf." in page.text


def test_pieces_are_sent_back_to_a_step_that_leads_to_theirs(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    for key in ("cut", "mount", "polish", "check"):
        hands.work(key)
    page = browser(Role.MANAGER).get(f"/work-orders/{hands.work_order('check').id}").text
    (choice,) = re.findall(r'<select[^>]*name="target">(.*?)</select>', page, re.DOTALL)
    offered = re.findall(r'<option value="(\w+)"( selected)?>', choice)
    assert dict(offered) == {"check": "", "polish": "", "mount": " selected", "cut": ""}
    assert offered[0][0] == "check"
    assert offered[-1][0] == "cut"


def test_pieces_to_be_sent_back_may_be_written_with_a_comma(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    hands.work("cut")
    form = {"key": "k", "quantity": "0,5", "target": "cut", "reason": "Too short"}
    browser(Role.MANAGER).post(f"/work-orders/{hands.work_order('cut').id}/rework", form)
    (asked,) = rows(tenant, "SELECT data FROM commands WHERE action = 'rework' AND door = 'update'")
    assert (Decimal(asked.data["quantity"]), asked.data["target"]) == (Decimal("0.5"), "cut")


def test_pieces_add_up_in_every_line_also_after_scrap_and_rework(tenant: Factory) -> None:
    hands = lamp_job(tenant, "5")
    hands.work("cut")
    hands.work("polish")
    hands.work("mount", good=Decimal(4), scrapped=Decimal(1), reason="Dropped")
    hands.do(StartWorkOrder(), "check")
    lit = ({"key": "lit", "value": False},)
    hands.do(CompleteWorkOrder(good=Decimal(0), rejected=Decimal(4), reason="Dark", data=lit), "check")
    with tenant.read() as session:
        found = pieces.pieces(session, hands.job_id)
    for step in found.steps:
        assert step.entered == step.good + step.scrapped + step.aside + step.still_open + step.given_up, step
    by_key = {step.step_key: step for step in found.steps}
    assert found.scrapped == 1
    assert by_key["mount"].reworked == 4
    assert by_key["check"].aside == 0


def test_a_file_is_added_at_a_step_once_and_shown_there(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    step = scalar(tenant, "SELECT id FROM work_orders WHERE step_key = 'mount'")
    maria, path = browser(Role.MANAGER), f"/jobs/{hands.job_id}"
    form = {"key": "f1", "work_order_id": str(step), "caption": "Crack at the base"}
    for _ in range(2):
        answer = _send(maria, f"{path}/files", form, PNG)
        assert answer.headers["location"] == f"{path}#files"
    page = maria.get(path).text
    assert page.count("<span>Crack at the base</span>") == 1
    assert scalar(tenant, "SELECT count(*) FROM attachments") == 1
    picture = next(one for one in Reader(page).addresses if one.startswith("/api/v1/files/"))
    assert maria.get(picture).content == PNG
    _send(maria, f"{path}/files", form | {"key": "f2"}, b"<svg>")
    assert "Only PNG" in maria.get(path).text
    other = str(scalar(tenant, "SELECT id FROM orders"))
    _send(maria, f"{path}/files", form | {"key": "f3", "work_order_id": other}, PNG)
    assert "Choose a file and one" in maria.get(path).text


def _send(person: Browser, path: str, form: dict[str, str], content: bytes) -> Any:
    person.client.cookies.clear()
    cookie = "; ".join(f"{name}={value}" for name, value in person.jar.items())
    answer = person.client.post(
        path, data=form, files={"file": ("x.png", content, "image/png")},
        headers={"cookie": cookie, "origin": "http://factory.test", "accept": "text/html"},
    )  # fmt: skip
    person.jar |= dict(answer.cookies.items())
    return answer


def test_the_timeline_names_person_reason_and_device(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    hands.do(AssignWorkOrder(user_id=tenant.actor(Role.TECHNICIAN).user_id), "cut")
    hands.do(HoldWorkOrder(reason="Crack in the jig"), "cut")
    event = Api(browser(Role.MANAGER).client, tenant, Role.MANAGER).get(f"/jobs/{hands.job_id}/events").json()
    assert {"device", "actor", "occurred_at", "recorded_at"} <= set(event["items"][0])
    assert "Crack in the jig" in browser(Role.MANAGER).get(f"/jobs/{hands.job_id}").text


def test_costs_are_shown_with_their_difference_to_those_who_may_see_them(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    hands.work("cut", minutes=60)
    text = Reader(browser(Role.MANAGER).get(f"/jobs/{hands.job_id}").text).text
    assert "Difference" in text
    assert "Difference" not in Reader(browser(Role.TECHNICIAN).get(f"/jobs/{hands.job_id}").text).text
    both = Api(browser(Role.MANAGER).client, tenant, Role.MANAGER)
    of_job, of_order = (
        both.get(f"/{path}/costs").json() for path in (f"jobs/{hands.job_id}", f"orders/{hands.order_id}")
    )
    assert of_job == of_order


def test_a_traveller_has_a_code_for_each_step_and_the_parts_of_the_whole_lot(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant, "2")
    page = browser(Role.TECHNICIAN).get(f"/jobs/{hands.job_id}/traveller").text
    steps = rows(tenant, "SELECT code, name FROM work_orders")
    assert page.count('class="qr"') == len(steps) + 1
    for step in steps:
        assert step.code in page
        assert step.name in page
    assert "Torque" in page
    assert "SCREW" in page
    assert browser(Role.MANAGER).get(f"/orders/{hands.order_id}/traveller").text.count('class="qr"') == len(steps) + 1
    assert browser(Role.CUSTOMER).get(f"/orders/{hands.order_id}/traveller").status_code == 403


def test_an_order_is_changed_on_its_page_with_a_reason_and_only_as_it_was_seen(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    maria, path = browser(Role.MANAGER), f"/orders/{hands.order_id}"
    form = {"key": "c1", "due": "2099-05-01T12:00", "priority": "2", "reason": "They wait", "version": "1"}
    version = scalar(tenant, "SELECT row_version FROM orders")
    maria.post(f"{path}/change", form | {"version": str(version)})
    text = Reader(maria.get(path).text).text
    assert "They wait" in text
    assert "Priority 3 → 2" in text
    assert scalar(tenant, "SELECT due_at FROM work_orders LIMIT 1").month == 5
    maria.post(f"{path}/change", form | {"key": "c2", "version": str(version), "priority": "1"})
    assert "was changed since you read it" in maria.get(path).text
    for wrong, told in (
        ({"reason": ""}, "Fill this in."), ({"due": "soon"}, "Enter a day."), ({"priority": "9"}, "This is too much."),
        ({"due": "0026-12-01T12:00"}, "must lie between the years 2000 and 2200"),
    ):  # fmt: skip
        assert maria.post(f"{path}/change", form | {"key": "c3"} | wrong).headers["location"] == path
        assert told in Reader(maria.get(path).text).text
    assert maria.post(f"{path}/change", form | {"key": "c4", "version": "x"}).status_code == 422


def test_a_date_moved_into_the_past_is_told_on_the_orders_page(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    maria, path = browser(Role.MANAGER), f"/orders/{hands.order_id}"

    def changed(key: str, due: str, priority: str) -> str:
        version = str(scalar(tenant, "SELECT row_version FROM orders"))
        form = {"key": key, "due": due, "priority": priority, "reason": "They wait", "version": version}
        assert maria.post(f"{path}/change", form).headers["location"] == path
        return Reader(maria.get(path).text).text

    assert "Its new date lies in the past" in changed("c1", "2020-05-01T12:00", "2")
    assert scalar(tenant, "SELECT due_at FROM orders").year == 2020
    assert "The order is changed; the reason stands below." in changed("c2", "2020-05-01T12:00", "1")
    assert scalar(tenant, "SELECT priority FROM orders") == 1


def test_a_customer_follows_their_order_in_plain_words_and_sees_nothing_inside(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    carla = browser(Role.CUSTOMER)
    form = {
        "key": "o1",
        "product": "LAMP",
        "quantity": "3",
        "due": "2099-03-01T12:00",
        "priority": "1",
        "lot_size": "1",
    }
    own = carla.post("/orders", form | {"customer_name": "Somebody else"}).headers["location"]
    (order,) = rows(tenant, "SELECT customer_name, priority, lot_size FROM orders")
    assert (order.customer_name, order.priority, order.lot_size) == ("The customer", 3, 3)
    text = Reader(carla.get(own).text).text
    assert "work on it has not begun yet" in text
    for inside in ("TPL-", "MO-", "JOB-", "Cost", "ASSY"):
        assert inside not in text
    theirs = place(tenant, customer_name="Secret Inc")
    assert "Secret" not in carla.get("/orders").text
    assert carla.get(f"/orders/{theirs}").status_code == 404
    api = Api(carla.client, tenant, Role.CUSTOMER)
    assert api.get(f"/orders/{theirs}/progress").status_code == 404
    assert api.get(f"{own}/progress").json()["percent"] == 0
    assert api.get(f"{own}/forecast").status_code == 403
    scale(tenant, UUID(own.rpartition("/")[2]))
    execute(tenant, "UPDATE manufacturing_orders SET produced = 2")
    execute(tenant, "UPDATE orders SET status = 'DONE', ended_at = now()")
    assert "It is done: 2 of 3 pieces turned out well." in carla.get(own).text


def test_progress_is_the_share_of_planned_work_and_whole_only_when_done(tenant: Factory) -> None:
    from models.records.order_progress import progress

    hands = lamp_job(tenant)
    for step in ("cut", "mount", "polish", "check", "pack"):
        hands.work(step)
    with tenant.read() as session:
        found = progress(session, hands.order_id)
    assert (found.percent, found.steps_done, found.steps) == (99, 5, 5)


def test_figures_say_what_was_finished_and_what_is_missing_is_no_zero(browser: Opens, tenant: Factory) -> None:
    victor = browser(Role.VIEWER)
    assert "no order ended in them" in victor.get("/figures").text
    hands = lamp_job(tenant, "2")
    for step in ("cut", "mount", "polish", "check", "pack"):
        hands.work(step)
    hands.finish()
    execute(tenant, "UPDATE orders SET status = 'DONE', ended_at = now(), due_at = now() + interval '1 day'")
    trend = Api(victor.client, tenant, Role.VIEWER).get("/figures/trend?days=7&time_zone=Europe/Berlin").json()
    assert len(trend["days"]) == 7
    assert (trend["present"]["products"], trend["present"]["on_time_percent"]) == ("2", "100")
    assert trend["before"]["on_time_percent"] is None
    assert trend["oee_percent"] is None
    page = Reader(victor.get("/figures?days=7").text).text
    assert "2 products were finished" in page
    assert "Not measured yet" in page
