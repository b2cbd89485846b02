"""The operator's station in a browser: taps that survive a bad network, and what is entered."""

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from api.pages.frame.refusals import refusal_sentences
from models.rules.access import Role
from models.rules.commands import RefusalKind
from tests.api.running import Floor, until
from tests.factories import Factory
from tests.floor import rows, scalar

Opens = Callable[..., Page]
# How many lines the words of each choice take.
LINES = """(choices) => [...choices.children].map((choice) => {
    const words = document.createRange();
    words.selectNodeContents([...choice.childNodes].find((node) => node.nodeName === "#text" && node.data.trim()));
    return words.getClientRects().length;
})"""


def _facts(factory: Factory) -> list[str]:
    found = rows(factory, "SELECT kind FROM job_events WHERE work_order_id IS NOT NULL ORDER BY seq")
    return [row.kind.split(":")[1] for row in found]


def _open(person: Opens, floor: Floor, key: str = "cut", quantity: str = "2", **more: Any) -> Page:
    job = floor.job(quantity)
    if key == "mount":
        floor.work(job, "cut")
    page = person(Role.TECHNICIAN, **more)
    page.goto(f"/station/{floor.steps(job)[key]['work_order_id']}")
    return page


def test_work_is_started_counted_and_finished_by_taps(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _open(person, floor)
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator(".work-clock")).to_be_visible()
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="More: Scrapped").click()
    expect(page.locator("#good")).to_have_value("1")
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#finish-fault")).to_contain_text("Say why")
    page.locator("#why").get_by_text("Damaged", exact=True).click()
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#undo-told")).to_contain_text("Finished — sent in")
    page.get_by_role("link", name="Choose the next work").click()
    until(lambda: _facts(tenant)[-1:] == ["completed"])
    (cut,) = rows(tenant, "SELECT state, good, scrapped FROM work_orders WHERE step_key = 'cut'")
    assert (cut.state, cut.good, cut.scrapped) == ("COMPLETED", 1, 1)
    assert scalar(tenant, "SELECT reason FROM rejections") == "Damaged"


def test_limits_are_told_where_the_value_is_entered(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _open(person, floor, "mount", "1")
    page.get_by_role("button", name="Start the work").click()
    page.get_by_role("button", name="Finish this work").click()
    torque = page.get_by_role("textbox", name=re.compile("Torque"))
    torque.fill("9,5")
    torque.blur()
    expect(page.locator("#fault-torque")).to_have_text(re.compile("Outside its limits. Measure again"))
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#finish")).to_be_visible()
    torque.fill("1,5")
    page.get_by_role("button", name="Finish the work").click()
    page.get_by_role("link", name="Choose the next work").click()
    until(lambda: _facts(tenant)[-1:] == ["completed"])
    assert float(scalar(tenant, "SELECT value FROM collected_data WHERE key = 'torque'")) == 1.5


def test_taps_made_without_a_network_arrive_in_order_when_it_is_back(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _open(person, floor)
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    expect(page.locator("#outbox-state")).to_contain_text("No connection")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Break", exact=True).click()
    page.get_by_role("button", name="Go on working").click()
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#told")).to_have_text("saved, 3 waiting")
    expect(page.locator("#undo")).to_be_visible()
    assert _facts(tenant) == []
    page.context.set_offline(offline=False)
    page.wait_for_url("**/station")
    assert _facts(tenant) == ["started", "paused", "resumed", "completed"]


def test_twenty_taps_through_a_network_that_loses_answers_happen_once_each(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _open(person, floor)
    seen = 0

    def unreliable(route: Route) -> None:
        """Every third answer is lost on its way back; every fifth request never arrives."""
        nonlocal seen
        seen += 1
        if seen % 5 == 0:
            route.abort()
        elif seen % 3 == 0:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/commands", unreliable)
    page.get_by_role("button", name="Start the work").click()
    for _ in range(9):
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Break", exact=True).click()
        page.get_by_role("button", name="Go on working").click()
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="Finish the work").click()
    page.wait_for_url("**/station", timeout=120_000)
    assert _facts(tenant) == ["started", *["paused", "resumed"] * 9, "completed"]
    assert seen > 20


def test_saved_taps_outlive_the_page(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _open(person, floor)
    page.route("**/api/v1/commands", lambda route: route.abort())
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    page.reload()
    expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.unroute("**/api/v1/commands")
    page.goto("/station")
    until(lambda: _facts(tenant) == ["started"])


def test_what_is_refused_is_shown_until_somebody_has_seen_it(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _open(person, floor)
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    floor.manager.post(f"/jobs/{floor.manager.get('/jobs').json()['items'][0]['id']}/hold", {"reason": "Wrong drawing"})
    page.context.set_offline(offline=False)
    expect(page.locator("#attention")).to_be_visible()
    expect(page.locator("#attention-list")).to_contain_text("hold")
    page.reload()
    expect(page.locator("#outbox-attention")).to_have_text("1 need attention")
    page.locator("#outbox-attention").click()
    page.get_by_role("button", name="Seen").click()
    expect(page.locator("#outbox-attention")).to_be_hidden()
    assert _facts(tenant) == []


def _started_offline_in_german(person: Opens, floor: Floor) -> Page:
    page = _open(person, floor)
    page.context.add_cookies([{"name": "language", "value": "de", "url": page.url}])
    page.reload()
    page.context.set_offline(offline=True)
    page.locator("[data-tap=start]").click()
    expect(page.locator("#outbox-state")).to_contain_text("1")
    return page


def test_why_something_is_refused_is_told_in_the_language_of_whoever_tapped(person: Opens, floor: Floor) -> None:
    page = _started_offline_in_german(person, floor)
    floor.manager.post(f"/jobs/{floor.manager.get('/jobs').json()['items'][0]['id']}/hold", {"reason": "Wrong drawing"})
    page.context.set_offline(offline=False)
    expect(page.locator("#attention")).to_be_visible()
    expect(page.locator("#attention-list .row-cause")).to_have_text(refusal_sentences("de")[RefusalKind.ON_HOLD.value])


def test_a_refusal_names_in_the_language_of_whoever_tapped_what_it_is_about(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _started_offline_in_german(person, floor)
    (cut,) = rows(tenant, "SELECT id, code FROM work_orders WHERE step_key = 'cut'")
    maria = str(tenant.actor(Role.MANAGER).user_id)
    assert floor.manager.post(f"/work-orders/{cut.id}/assign", {"user_id": maria}).status_code == 200
    page.context.set_offline(offline=False)
    expect(page.locator("#attention")).to_be_visible()
    expect(page.locator("#attention-list .row-cause")).to_contain_text(f"{cut.code} ist jemand anderem zugeteilt")


def test_tapping_the_state_of_the_connection_does_nothing(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _open(person, floor)
    page.locator("#outbox-state").click()
    page.get_by_role("button", name="Start the work").click()
    until(lambda: _facts(tenant) == ["started"])
    assert rows(tenant, "SELECT id FROM calls") == []


def test_finishing_counts_what_is_left_after_bad_pieces_that_can_still_be_undone(person: Opens, floor: Floor) -> None:
    page = _open(person, floor)
    page.get_by_role("button", name="Start the work").click()
    page.get_by_role("button", name="Problem").click()
    page.locator("#problem").get_by_role("button", name="Damaged").click()
    page.get_by_role("button", name="Finish this work").click()
    expect(page.locator("#good")).to_have_value("1")
    page.keyboard.press("Escape")
    expect(page.locator("[data-left-shown]")).to_have_text("1")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-left-shown]")).to_have_text("2")
    told = page.locator("#signal").bounding_box()
    assert told is not None
    assert told["width"] > told["height"]
    page.get_by_role("button", name="Finish this work").click()
    expect(page.locator("#good")).to_have_value("2")


@pytest.mark.parametrize("size", ["phone", "upright", "tablet", "desktop"])
def test_person_scanner_and_connection_are_in_sight_at_each_size(person: Opens, floor: Floor, size: str) -> None:
    page = _open(person, floor, size=size)
    top, *parts = (
        page.locator(place).bounding_box() or pytest.fail(place)
        for place in (".bar-top", ".bar-top > .bar-button", ".station-person", "[data-camera]", "#outbox-state",
                      ".bar-top [popovertarget=help]")
    )  # fmt: skip
    assert top["width"] == (page.viewport_size or {})["width"]
    for part in parts:
        assert part["x"] >= 0
        assert part["x"] + part["width"] <= top["width"]
        assert part["y"] + part["height"] <= top["height"]
    for one, other in combinations(parts, 2):
        beside = one["x"] + one["width"] <= other["x"] + 1 or other["x"] + other["width"] <= one["x"] + 1
        assert beside or one["y"] + one["height"] <= other["y"] + 1 or other["y"] + other["height"] <= one["y"] + 1


@pytest.mark.parametrize("size", ["phone", "upright", "tablet", "desktop"])
def test_what_becomes_of_bad_pieces_is_chosen_among_whole_words(person: Opens, floor: Floor, size: str) -> None:
    page = _open(person, floor, size=size, language="de")
    page.locator("[data-tap=start]").click()
    page.locator("[data-opens=problem]").click()
    choices = page.locator("#problem .tiles-two")
    expect(choices).to_be_visible()
    assert choices.evaluate(LINES) == [1, 1]
    page.locator("#problem [data-closes]").first.click()
    page.locator("[data-opens=finish]").click()
    page.locator("#finish #rejected").fill("1")
    expect(page.locator("#why")).to_be_visible()
    assert set(page.locator("#why .tiles").evaluate(LINES)) == {1}


def test_two_tablets_race_and_one_is_told_so(person: Opens, floor: Floor, tenant: Factory) -> None:
    tom = _open(person, floor)
    maria = person(Role.MANAGER)
    maria.goto(tom.url)
    for page in (tom, maria):
        page.get_by_role("button", name="Start the work").click()
    expect(tom.locator(".work-clock")).to_be_visible()
    expect(maria.locator("#attention")).to_be_visible()
    assert _facts(tenant) == ["started"]


def test_what_is_typed_survives_news_from_the_server(person: Opens, floor: Floor) -> None:
    page = _open(person, floor, "mount", "1")
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator(".work-clock")).to_be_visible()
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("textbox", name=re.compile("Torque")).fill("1.2")
    with page.expect_response(re.compile("/live$")):
        floor.manager.post("/orders", {"product": "LAMP", "quantity": "1", "due_at": "2027-05-01T00:00:00Z"})
        page.evaluate("document.getElementById('work').dispatchEvent(new Event('live'))")
    expect(page.get_by_role("textbox", name=re.compile("Torque"))).to_have_value("1.2")
    expect(page.get_by_role("textbox", name=re.compile("Torque"))).to_be_focused()
