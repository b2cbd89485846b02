"""A shared station on the floor: undo, problems, calls, hand-over, people, scanners, keys, a server that restarts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from models.messages.stations import StationDraft
from models.records.access import own_pin, stations
from models.records.access.passwords import hash_password
from models.rules.access import Role
from tests.api.running import Floor, until
from tests.api.test_files import PNG
from tests.browser.conftest import Served
from tests.factories import Factory
from tests.floor import publish_lamp, rows, scalar

Opens = Callable[..., Page]
PIN = "4826"
# Nobody else reads or writes the taps that this browser keeps, until `held` is false.
HOLD_TAPS = """async () => {
    const [{ name }] = await indexedDB.databases();
    const base = await new Promise((done) => { indexedDB.open(name).onsuccess = ({ target }) => done(target.result); });
    const taps = base.transaction(base.objectStoreNames, "readwrite").objectStore(base.objectStoreNames[0]);
    globalThis.held = true;
    const again = () => { if (held) taps.count().onsuccess = again; };
    again();
}"""


def _facts(factory: Factory) -> list[str]:
    found = rows(factory, "SELECT kind FROM job_events WHERE work_order_id IS NOT NULL ORDER BY seq")
    return [row.kind.split(":")[1] for row in found]


def _order(floor: Floor, key: str = "cut", quantity: str = "2") -> str:
    job = floor.job(quantity)
    if key != "cut":
        floor.work(job, "cut")
    return str(floor.steps(job)[key]["work_order_id"])


def _begun(person: Opens, floor: Floor, **more: Any) -> Page:
    page = person(Role.TECHNICIAN, **more)
    page.goto(f"/station/{_order(floor)}")
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator(".work-clock")).to_be_visible()
    return page


@pytest.fixture
def bound(tenant: Factory) -> Callable[[Page], None]:
    """Make a browser the station at the bench, where the technician and the manager have a PIN."""
    boss = tenant.actor(Role.ADMIN)
    with tenant.begin() as session:
        made = stations.create_station(session, boss, StationDraft(code="MECH-1", name="Bench"))
        for role in (Role.TECHNICIAN, Role.MANAGER):
            own_pin.set_pin(session, boss, tenant.actor(role).user_id, hash_password(PIN))

    def bind(page: Page) -> None:
        page.goto("/login")
        page.context.add_cookies([{"name": "factoryos-station", "value": str(made.token), "url": page.url}])

    return bind


def _step_up(page: Page, name: str, pin: str = PIN) -> None:
    page.wait_for_load_state()  # its digits are typed by a script
    page.locator(".step-up").get_by_text(name, exact=True).click()
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Go", exact=True).click()


def _scan(page: Page, code: str, wakes_ms: int = 8) -> None:
    """Type as a hand scanner does: 8 ms a key, told rather than waited for; after its first it may be waking up."""
    page.evaluate(
        """([keys, wakes]) => {
            const began = performance.now();
            keys.forEach((key, place) => {
                const event = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
                Object.defineProperty(event, "timeStamp", {value: began + (place && wakes) + 8 * place});
                document.activeElement.dispatchEvent(event);
            });
        }""",
        [[*code, "Enter"], wakes_ms],
    )


def test_what_was_finished_can_be_undone_for_a_while_even_after_a_reload(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _begun(person, floor, still=True)
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="Finish the work").click()
    expect(page.locator("#undo-told")).to_contain_text("Finished — sent in")
    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#signal")).to_contain_text("Nothing was sent")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert _facts(tenant) == ["started"]


def test_what_is_held_is_sent_by_itself_and_once(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _begun(person, floor)
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="Finish the work").click()
    page.wait_for_url("**/station")
    assert _facts(tenant) == ["started", "completed"]


def test_who_goes_on_has_meant_it(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _begun(person, floor)
    page.get_by_role("button", name="Problem").click()
    page.locator("#problem").get_by_role("button", name="Damaged").click()
    expect(page.locator("[data-left-shown]")).to_have_text("1")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Break", exact=True).click()
    until(lambda: _facts(tenant) == ["started", "reported", "paused"])
    assert scalar(tenant, "SELECT reason FROM rejections") == "Damaged"


def test_a_photo_taken_without_a_network_arrives_before_what_names_it(
    person: Opens, floor: Floor, tenant: Factory, tmp_path: Path
) -> None:
    page = _begun(person, floor)
    (tmp_path / "crack.png").write_bytes(PNG)
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="Problem").click()
    page.locator("#problem input[type=file]").set_input_files(tmp_path / "crack.png")
    page.locator("#problem").get_by_text("Reject", exact=True).click()
    page.locator("#problem").get_by_role("button", name="Dirty").click()
    expect(page.locator("#undo")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Break", exact=True).click()
    page.context.set_offline(offline=False)
    until(lambda: _facts(tenant) == ["started", "reported", "paused"])
    (photo,) = rows(tenant, "SELECT a.caption, f.content FROM attachments a JOIN files f ON f.id = a.file_id")
    assert (photo.caption, bytes(photo.content)) == ("Dirty", PNG)
    reported = scalar(tenant, "SELECT recorded_at FROM job_events WHERE kind = 'work_orders:reported'")
    assert scalar(tenant, "SELECT attached_at FROM attachments") < reported


def test_another_quantity_and_the_lot_of_a_part_are_booked(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _begun(person, floor, still=True)
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_text("Parts and lots really used").click()
    wire = page.locator("[data-part=WIRE]")
    wire.get_by_role("textbox", name=re.compile("Used")).fill("0,9")
    wire.get_by_label("Lot").fill("B-77")
    wire.get_by_label("Lot").press("Enter")
    page.get_by_role("button", name="Finish the work").click()
    page.get_by_role("link", name="Choose the next work").click()
    until(lambda: _facts(tenant)[-1] == "completed")
    (used,) = rows(tenant, "SELECT lot, quantity FROM stock_entries WHERE kind = 'issue' AND location = 'stock'")
    assert (used.lot, float(used.quantity)) == ("B-77", -0.9)


def test_a_call_for_help_reaches_the_manager_and_the_answer_the_station(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _begun(person, floor)
    board = person(Role.MANAGER)
    board.goto("/dashboard")
    page.get_by_role("button", name="Call help").click()
    page.get_by_role("button", name="Machine trouble").last.click()
    expect(page.locator(".call-card")).to_contain_text("Nobody has answered yet")
    expect(board.locator("#widget-calls")).to_contain_text("Machine trouble")
    board.get_by_role("button", name="I am coming").click()
    expect(board.locator(".note")).to_contain_text("sees that you are coming")
    expect(page.locator(".call-card")).to_contain_text("The manager comes")
    page.get_by_role("button", name="Not needed any more").click()
    until(lambda: scalar(tenant, "SELECT state FROM calls") == "CLOSED")


def test_work_is_handed_over_with_a_note_for_the_next_person(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _begun(person, floor)
    page.get_by_role("button", name="Pause").click()
    page.locator("#pause").get_by_role("button", name="Hand over").click()
    page.get_by_label("What should the next person know?").fill("The blade is blunt")
    page.get_by_label("To whom?").select_option(label="The manager")
    page.locator("#hand-over").get_by_role("button", name="Hand the work over").click()
    page.wait_for_url("**/station")
    assert _facts(tenant) == ["started", "paused", "assigned"]
    maria = person(Role.MANAGER)
    maria.goto("/station")
    expect(maria.locator(".work-card", has_text="Cut wire")).to_contain_text("The blade is blunt")


def test_people_change_by_pin_and_each_tap_stays_its_persons(
    person: Opens, floor: Floor, tenant: Factory, bound: Callable[[Page], None]
) -> None:
    order = _order(floor)
    page = person(None)
    bound(page)
    page.goto(f"/station/{order}")
    _step_up(page, "The technician", "1111")
    expect(page.locator("#pin-fault")).to_have_text("The PIN is wrong.")
    _step_up(page, "The technician")
    page.wait_for_url(f"**/station/{order}")
    expect(page.locator(".station-person")).to_contain_text("Bench")
    page.route("**/api/v1/commands", lambda route: route.abort())
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    page.get_by_role("button", name=re.compile("change person")).click()
    _step_up(page, "The manager")
    expect(page.locator(".station-person")).to_contain_text("The manager")
    expect(page.locator("#outbox-state")).to_contain_text("1 of another person wait")
    page.unroute("**/api/v1/commands")
    page.get_by_role("button", name=re.compile("change person")).click()
    _step_up(page, "The technician")
    until(lambda: _facts(tenant) == ["started"])
    started = scalar(tenant, "SELECT actor_id FROM job_events WHERE kind = 'work_orders:started'")
    assert started == tenant.actor(Role.TECHNICIAN).user_id


def test_a_station_left_alone_locks_and_loses_nothing_that_was_typed(
    person: Opens, floor: Floor, bound: Callable[[Page], None]
) -> None:
    order = _order(floor)
    page = person(None)
    bound(page)
    page.goto("/station/door")
    _step_up(page, "The technician")
    page.wait_for_url("**/station")
    page.clock.install()
    page.goto(f"/station/{order}")
    page.get_by_role("button", name="Start the work").click()
    page.get_by_role("button", name="Finish this work").click()
    page.locator("#good").fill("1")
    page.clock.fast_forward("05:00")
    expect(page.locator("#people")).to_have_class(re.compile("is-locked"))
    page.keyboard.press("Escape")
    expect(page.locator("#people")).to_be_visible()
    _step_up(page, "The technician")
    expect(page.locator("#people")).to_be_hidden()
    expect(page.locator("#good")).to_have_value("1")


def test_what_one_person_typed_is_never_shown_to_the_next_at_a_shared_station(
    person: Opens, tenant: Factory, bound: Callable[[Page], None]
) -> None:
    publish_lamp(tenant)
    page = person(None)
    bound(page)
    page.goto("/station/door?next=/orders/new")
    _step_up(page, "The manager")
    page.get_by_label("Due").fill("2099-03-01T12:00")
    page.get_by_label("Notes").fill("For the manager's eyes")
    page.context.clear_cookies(name="factoryos")
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url("**/station/door?next=*")
    assert "eyes" in page.evaluate("sessionStorage.typed")
    _step_up(page, "The technician")
    page.wait_for_url("**/orders/new")
    page.wait_for_function("sessionStorage.typed === undefined")
    page.goto("/station/door?next=/orders/new")
    _step_up(page, "The manager")
    page.wait_for_url("**/orders/new")
    expect(page.get_by_label("Notes")).to_have_value("")


def test_a_hand_scanner_opens_work_notes_lots_and_leaves_text_fields_alone(person: Opens, floor: Floor) -> None:
    order = _order(floor)
    code = floor.technician.get(f"/work-orders/{order}").json()["code"]
    page = person(Role.TECHNICIAN)
    page.goto("/station")
    _scan(page, code)
    page.wait_for_url(f"**/station/{order}")
    _scan(page, "WIRE|B-9")
    expect(page.locator("#signal")).to_contain_text("Lot B-9")
    expect(page.locator("[data-part=WIRE] [data-lot]")).to_have_value("B-9")
    _scan(page, "NO-SUCH-CODE", wakes_ms=60)
    expect(page.locator("#signal")).to_contain_text("Nobody knows the code NO-SUCH-CODE")
    page.get_by_role("button", name="Start the work").click()
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("textbox", name="Good").fill("1")
    page.get_by_role("textbox", name="Good").focus()
    with page.expect_request("**/api/v1/scan?code=badge*"):
        page.keyboard.press("F9")
        page.keyboard.type("badge:technician")
        page.keyboard.press("Enter")
    expect(page.locator("#good")).to_have_value("1")
    expect(page.locator("#finish")).to_be_visible()
    expect(page.locator("#signal")).to_contain_text("log out to change person")


def test_a_lot_scanned_before_the_page_has_read_its_taps_stays_noted(person: Opens, floor: Floor) -> None:
    page = person(Role.TECHNICIAN)
    page.goto("/station")
    other = page.context.new_page()
    other.goto("/station")
    until(lambda: other.evaluate("indexedDB.databases().then((all) => all.length)"))
    other.evaluate(HOLD_TAPS)
    page.goto(f"/station/{_order(floor)}")
    with page.expect_response("**/api/v1/scan?*"):
        _scan(page, "WIRE|B-9")
    other.evaluate("held = false")
    expect(page.locator("#signal")).to_contain_text("Lot B-9")
    expect(page.locator("[data-part=WIRE] [data-lot]")).to_have_value("B-9")
    kept = page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('draft:')).map((key) => localStorage[key])"
    )
    assert "B-9" in "".join(kept)


def test_a_form_sent_before_the_page_has_read_its_taps_waits_for_them(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _begun(person, floor, still=True)
    other = page.context.new_page()
    other.goto("/station")
    other.evaluate(HOLD_TAPS)
    page.reload()
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="Finish the work").click()
    other.evaluate("held = false")
    expect(page.locator("#undo-told")).to_contain_text("Finished — sent in")
    page.get_by_role("link", name="Choose the next work").click()
    until(lambda: _facts(tenant) == ["started", "completed"])


def test_the_camera_says_why_it_cannot_be_used(person: Opens, tenant: Factory) -> None:  # noqa: ARG001
    page = person(Role.TECHNICIAN)
    page.goto("/station")
    page.get_by_role("button", name="Scan a code").click()
    expect(page.locator("#signal")).to_contain_text("No camera can be used here")


def test_the_scanners_worker_reads_a_code_in_a_picture(person: Opens, tenant: Factory) -> None:  # noqa: ARG001
    page = person(Role.TECHNICIAN)
    page.goto("/station")
    read = page.evaluate("""async () => {
        const worker = new Worker(document.getElementById("outbox").dataset.scanner, {type: "module"});
        const canvas = new OffscreenCanvas(400, 200), pen = canvas.getContext("2d");
        pen.fillStyle = "white"; pen.fillRect(0, 0, 400, 200); pen.fillStyle = "black";
        // Code 39: bars and gaps in turn, each narrow or wide.
        const code39 = {"*": "nwnnwnwnn", O: "wnnnwnnwn", 1: "wnnwnnnnw"};
        let at = 30;
        for (const letter of "*1O1*") {
            [...code39[letter]].forEach((width, place) => {
                const wide = width === "w" ? 6 : 2;
                if (place % 2 === 0) pen.fillRect(at, 20, wide, 160);
                at += wide;
            });
            at += 2;
        }
        const picture = await createImageBitmap(canvas);
        return await new Promise((resolve, reject) => {
            worker.onmessage = ({data}) => resolve(data);
            worker.onerror = (fault) => reject(new Error(fault.message));
            worker.postMessage(picture, [picture]);
        });
    }""")
    assert read == ["1O1"]


def test_a_piece_of_work_by_keyboard_alone(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = person(Role.TECHNICIAN, still=True)
    page.goto(f"/station/{_order(floor)}")
    page.keyboard.press("?")
    expect(page.locator("#station-keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    expect(page.locator(".work-clock")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("#pause")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#work")).to_have_attribute("data-state", "PAUSED")
    page.keyboard.press("Space")
    expect(page.locator("#work")).to_have_attribute("data-state", "IN_PROGRESS")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Good").press("Enter")
    expect(page.locator("#undo")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("#undo")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Good").press("Enter")
    expect(page.locator("#undo")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/station")
    until(lambda: _facts(tenant) == ["started", "paused", "resumed", "completed"])


@pytest.mark.parametrize("size", ["tablet", "upright", "phone"])
def test_the_main_action_is_in_sight_without_scrolling_and_large(person: Opens, floor: Floor, size: str) -> None:
    page = _begun(person, floor, size=size)
    width, height = page.viewport_size["width"], page.viewport_size["height"]  # type: ignore[index] # it has one
    box = page.get_by_role("button", name="Finish this work").bounding_box()
    assert box is not None
    assert box["height"] >= 96
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    small = page.evaluate("""() => [...document.querySelectorAll("body :is(a, button)")]
        .filter((one) => one.checkVisibility({visibilityProperty: true}))
        .filter((one) => !one.closest(".skip-link, .bar-brand") && one.getBoundingClientRect().height < 56)
        .map((one) => one.outerHTML)""")
    assert small == []


def test_a_server_that_restarts_in_the_middle_of_taps_loses_and_doubles_nothing(
    person: Opens, floor: Floor, tenant: Factory, restarted: Served
) -> None:
    page = person(Role.TECHNICIAN, at=restarted.origin)
    page.goto(f"/station/{_order(floor)}")
    page.get_by_role("button", name="Start the work").click()
    for round_ in range(9):
        if round_ == 3:
            restarted.stop()
        if round_ == 6:
            restarted.start()
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Break", exact=True).click()
        page.get_by_role("button", name="Go on working").click()
    page.get_by_role("button", name="Finish this work").click()
    page.get_by_role("button", name="Finish the work").click()
    page.wait_for_url("**/station", timeout=120_000)
    assert _facts(tenant) == ["started", *["paused", "resumed"] * 9, "completed"]


def test_two_tablets_race_for_one_piece_of_work_and_one_of_them_wins(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    order = _order(floor)
    tablets = [person(role) for role in (Role.TECHNICIAN, Role.ADMIN)]
    for page in tablets:
        page.goto(f"/station/{order}")
        page.context.set_offline(offline=True)
        page.get_by_role("button", name="Start the work").click()
        expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    for page in tablets:
        page.context.set_offline(offline=False)
    until(lambda: _facts(tenant) == ["started"])
    for page in tablets:
        expect(page.locator("#told")).to_be_empty()
    assert sorted(page.locator("#attention").is_visible() for page in tablets) == [False, True]
