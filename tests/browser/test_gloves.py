"""The station as hands in gloves meet it: taps that bounce, entries to correct, figures that cannot be."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from models.rules.access import Role
from tests.api.running import Floor, until
from tests.api.test_files import PNG
from tests.factories import Factory
from tests.floor import rows, scalar

Opens = Callable[..., Page]


def _open(person: Opens, floor: Floor, key: str = "cut", quantity: str = "4", **more: Any) -> Page:
    job = floor.job(quantity)
    if key != "cut":
        floor.work(job, "cut")
    page = person(Role.TECHNICIAN, **more)
    page.goto(f"/station/{floor.steps(job)[key]['work_order_id']}")
    return page


def _begun(person: Opens, floor: Floor, key: str = "cut", quantity: str = "4", **more: Any) -> Page:
    page = _open(person, floor, key, quantity, **more)
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator(".work-clock")).to_be_visible()
    return page


def _twice(button: Locator) -> None:
    """Tap twice at the same place, as a bouncing glove does; the second tap meets whatever is there by then."""
    box = button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    expect(button.page.locator("html:not([data-settling])")).to_be_attached()
    button.page.mouse.dblclick(x, y)


def _kinds(factory: Factory) -> list[str]:
    found = rows(factory, "SELECT kind FROM job_events WHERE work_order_id IS NOT NULL ORDER BY seq")
    return [row.kind.split(":")[1] for row in found]


def test_a_start_tapped_twice_is_one_start_and_opens_nothing(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _open(person, floor)
    _twice(page.get_by_role("button", name="Start the work"))
    expect(page.locator("#signal")).to_contain_text("Recorded")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#outbox-attention")).to_be_hidden()
    until(lambda: _kinds(tenant) == ["started"])


def test_a_reason_tapped_twice_puts_pieces_aside_once_and_opens_nothing_below(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _begun(person, floor)
    page.get_by_role("button", name="Problem").click()
    page.locator("[name=photo]").set_input_files({"name": "crack.png", "mimeType": "image/png", "buffer": PNG})
    _twice(page.locator("#problem").get_by_role("button", name="Damaged"))
    expect(page.locator("[data-left-shown]")).to_have_text("3")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Break", exact=True).click()
    until(lambda: _kinds(tenant) == ["started", "reported", "paused"])
    assert scalar(tenant, "SELECT scrapped FROM work_orders WHERE step_key = 'cut' AND state = 'PAUSED'") == 1


def test_what_is_undone_or_was_kept_over_a_reload_is_corrected_and_not_typed_again(person: Opens, floor: Floor) -> None:
    page = _begun(person, floor, "mount", still=True)
    finish = page.get_by_role("button", name="Finish this work")
    finish.click()
    torque = page.locator("#field-torque")
    torque.fill("1,5")
    page.get_by_role("button", name="More: Rejected").click()
    page.locator("#why").get_by_text("Wrong size", exact=True).click()
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#undo")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Undo").click()
    finish.click()
    expect(torque).to_have_value("1,5")
    expect(page.locator("#good")).to_have_value("3")
    expect(page.locator("#rejected")).to_have_value("1")
    expect(page.locator("#why input:checked")).to_have_value("Wrong size")


def test_a_drafts_entries_are_let_go_of_once_the_work_is_finished(person: Opens, floor: Floor) -> None:
    page = _begun(person, floor, "mount", still=True)
    page.get_by_role("button", name="Finish this work").click()
    page.locator("#field-torque").fill("1,5")
    page.get_by_role("button", name="Finish the work").click()
    page.get_by_role("link", name="Choose the next work").click()
    expect(page.locator("#signal")).to_contain_text("Recorded")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []


@pytest.mark.parametrize("figures", [{"scrapped": "5", "good": "-1"}, {"good": "four"}, {"used-1": "-2"}])
def test_a_count_that_cannot_be_is_told_before_anything_is_sent(
    person: Opens, floor: Floor, tenant: Factory, figures: dict[str, Any]
) -> None:
    page = _begun(person, floor)
    page.get_by_role("button", name="Finish this work").click()
    page.locator(".used summary").click()
    for name, figure in figures.items():
        page.locator(f"#finish [name={name}]").fill(figure)
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#finish-fault")).to_contain_text("A count is a number from 0 up")
    expect(page.locator("#undo")).to_be_hidden()
    assert _kinds(tenant) == ["started"]


def test_pieces_are_not_counted_as_good_beside_a_value_outside_its_limits(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _begun(person, floor, "mount")
    page.get_by_role("button", name="Finish this work").click()
    page.locator("#good").fill("2")
    page.locator("#field-torque").fill("9,5")
    page.get_by_role("button", name="Count and go on").click()
    expect(page.locator("#fault-torque")).to_contain_text("Measure again")
    page.locator("#field-torque").fill("")
    page.get_by_role("button", name="Count and go on").click()
    until(lambda: _kinds(tenant)[-1] == "reported")


def _count(page: Page, good: str, torque: str) -> None:
    page.get_by_role("button", name="Finish this work").click()
    page.locator("#good").fill(good)
    page.locator("#field-torque").fill(torque)
    page.get_by_role("button", name="Count and go on").click()


def test_whoever_has_counted_every_piece_is_still_asked_for_what_must_be_recorded(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _begun(person, floor, "mount", still=True)
    _count(page, "4", "")
    expect(page.locator("[data-left-shown]")).to_have_text("0")
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#fault-torque")).to_contain_text("must be recorded")
    page.locator("#field-torque").fill("1,5")
    page.get_by_role("button", name="Finish the work").click()
    page.get_by_role("link", name="Choose the next work").click()
    until(lambda: _kinds(tenant)[-1] == "completed")


def test_what_a_count_recorded_is_not_asked_for_again(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _begun(person, floor, "mount", still=True)
    _count(page, "2", "1,5")
    expect(page.locator("[data-left-shown]")).to_have_text("2")
    until(lambda: _kinds(tenant)[-1] == "reported")
    for _ in ("on the same page", "on the page read anew"):
        page.get_by_role("button", name="Finish this work").click()
        page.get_by_role("button", name="Finish the work").click()
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#undo")).to_be_hidden()
        page.reload()
    assert _kinds(tenant)[-1] == "reported"


def test_a_step_of_the_buttons_is_as_fine_as_the_limits(person: Opens, floor: Floor) -> None:
    page = _begun(person, floor, "mount")
    page.get_by_role("button", name="Finish this work").click()
    entry, torque = page.locator("[data-field=torque]"), page.locator("#field-torque")
    expect(page.locator("label[for=field-torque]")).to_contain_text("*")
    entry.evaluate("entry => Object.assign(entry.dataset, {minimum: '0.15', maximum: '0.25'})")
    for shown in ("0.15", "0.16", "0.17"):
        entry.get_by_role("button", name="More").click()
        expect(torque).to_have_value(shown)
    torque.fill("some")
    entry.get_by_role("button", name="More").click()
    expect(torque).to_have_value("0.15")


def test_what_a_scan_did_is_told_above_the_dialog_it_was_done_in(person: Opens, floor: Floor) -> None:
    page = _begun(person, floor)
    page.get_by_role("button", name="Finish this work").click()
    page.evaluate("dispatchEvent(new CustomEvent('scanned', {detail: 'NO-SUCH-CODE'}))")
    expect(page.locator("#signal:popover-open")).to_contain_text("Nobody knows the code NO-SUCH-CODE")


def test_what_was_refused_tells_what_was_counted_and_is_seen_in_one_tap(person: Opens, floor: Floor) -> None:
    page = _begun(person, floor)
    order = page.url.rpartition("/")[2]
    page.context.set_offline(True)
    for good, left in (("2", "2"), ("1", "1")):
        page.get_by_role("button", name="Finish this work").click()
        page.locator("#good").fill(good)
        page.get_by_role("button", name="Count and go on").click()
        expect(page.locator("[data-left-shown]")).to_have_text(left)
    job = floor.manager.get(f"/work-orders/{order}").json()["job_id"]
    assert floor.manager.post(f"/jobs/{job}/cancel", {"reason": "gone"}).status_code == 200
    page.context.set_offline(False)
    refused = page.locator("#attention-list .row-item")
    expect(refused).to_have_count(2)
    expect(refused.nth(0)).to_contain_text("Pieces counted · Good 2")
    expect(refused.nth(1)).to_contain_text("Pieces counted · Good 1")
    page.get_by_role("button", name="All seen").click()
    expect(page.locator("#attention")).to_be_hidden()
    expect(page.locator("#outbox-attention")).to_be_hidden()
