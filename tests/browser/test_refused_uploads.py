"""A photo that is not taken: its own reason is told at the station, at once or when it is sent later."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, Route, expect

from models.rules.access import Role
from tests.api.running import Floor, until
from tests.api.test_files import PNG
from tests.factories import Factory
from tests.floor import rows

Opens = Callable[..., Page]
NO_PICTURE: FilePayload = {"name": "crack.png", "mimeType": "image/png", "buffer": b"no picture at all"}


def _begun(person: Opens, floor: Floor, language: str = "en") -> Page:
    page = person(Role.TECHNICIAN, language=language)
    page.goto(f"/station/{floor.steps(floor.job('2'))['cut']['work_order_id']}")
    page.locator("[data-tap=start]").click()
    expect(page.locator(".work-clock")).to_be_visible()
    return page


def _put_aside(page: Page, photo: FilePayload) -> None:
    """Reject a piece with a photo, and pause, which sends it at once."""
    page.locator("[data-opens=problem]").click()
    page.locator("#problem input[type=file]").set_input_files(photo)
    page.locator("#problem button[value]:not([value=''])").first.click()
    expect(page.locator("#undo")).to_be_visible()
    page.locator("[data-opens=pause]").click()
    page.locator("[data-tap=pause]").first.click()


def _facts(factory: Factory) -> list[str]:
    found = rows(factory, "SELECT kind FROM job_events WHERE work_order_id IS NOT NULL ORDER BY seq")
    return [row.kind.split(":")[1] for row in found]


def test_a_file_of_a_kind_that_is_not_taken_is_told_with_what_is(person: Opens, floor: Floor, tenant: Factory) -> None:
    page = _begun(person, floor)
    page.route("**/api/v1/commands", lambda route: route.abort())  # so that nothing else is told after it
    _put_aside(page, NO_PICTURE)
    expect(page.locator("#attention-list .row-cause")).to_contain_text("Only PNG, JPEG, GIF and WebP pictures and PDF")
    expect(page.locator("#signal")).to_contain_text("choose one of these, or take a photo")
    page.unroute("**/api/v1/commands")
    until(lambda: _facts(tenant) == ["started", "paused"])


def test_a_file_refused_when_it_is_sent_later_is_told_in_the_language_of_whoever_chose_it(
    person: Opens, floor: Floor
) -> None:
    page = _begun(person, floor, "de")
    page.context.set_offline(offline=True)
    _put_aside(page, NO_PICTURE)
    expect(page.locator("#outbox-state")).to_contain_text("2")
    page.context.set_offline(offline=False)
    expect(page.locator("#attention-list .row-cause")).to_contain_text(
        "Nur Bilder (PNG, JPEG, GIF, WebP) und PDF-Dokumente"
    )


def test_a_file_too_large_for_a_server_on_the_way_is_told_and_holds_nothing_up(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _begun(person, floor)

    def too_large(route: Route) -> None:
        route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")

    page.route("**/api/v1/files", too_large)
    _put_aside(page, {"name": "crack.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.locator("#attention-list .row-cause")).to_have_text(
        "This file is larger than 5 MB; take a smaller picture."
    )
    until(lambda: _facts(tenant) == ["started", "paused"])
