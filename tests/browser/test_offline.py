"""The station without network: its page comes back, taps survive, and nobody meets another person's pages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from models.rules.access import Role
from tests.api.running import Floor, until
from tests.factories import Factory
from tests.floor import rows, scalar

Opens = Callable[..., Page]
READY = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
KEPT = """async () => {
    const pages = (await caches.keys()).filter((name) => name.startsWith("pages-"));
    const found = await Promise.all(pages.map(async (name) => (await caches.open(name)).keys()));
    return found.flat().map((request) => new URL(request.url).pathname);
}"""


def _kept(page: Page) -> list[str]:
    return list(page.evaluate(KEPT))


def _at_work(person: Opens, floor: Floor) -> Page:
    """A tablet with a piece of work open; the worker kept it when the list offered it."""
    steps = floor.steps(floor.job("2"))
    page = person(Role.TECHNICIAN, keeps=True)
    page.goto("/station")
    until(lambda: page.evaluate(READY))
    until(lambda: {"/station", f"/station/{steps['cut']['work_order_id']}"} <= set(_kept(page)))
    page.goto(f"/station/{steps['cut']['work_order_id']}")
    return page


def test_the_station_comes_back_without_a_network_and_its_taps_are_sent_later_in_order(
    person: Opens, floor: Floor, tenant: Factory
) -> None:
    page = _at_work(person, floor)
    page.context.set_offline(offline=True)
    page.reload()
    page.get_by_role("button", name="Start the work").click()
    expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    page.reload()
    expect(page.locator("#told")).to_have_text("saved, 1 waiting")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Break", exact=True).click()
    page.get_by_role("button", name="Go on working").click()
    expect(page.locator("#told")).to_have_text("saved, 3 waiting")
    page.goto("/station")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.context.set_offline(offline=False)
    page.reload()
    until(lambda: len(rows(tenant, "SELECT 1 FROM commands WHERE state = 'APPLIED'")) == 3)
    facts = rows(tenant, "SELECT kind FROM job_events WHERE work_order_id IS NOT NULL ORDER BY seq")
    assert [fact.kind.split(":")[1] for fact in facts] == ["started", "paused", "resumed"]
    # A page from the cache tells the time it is now, not that of when it was kept.
    assert scalar(tenant, "SELECT bool_and(occurred_at > now() - interval '2 minutes') FROM commands")


def test_what_was_kept_goes_with_the_log_out(person: Opens, floor: Floor) -> None:
    page = _at_work(person, floor)
    kept = page.url
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("button", name="Log out").click()
    # Where the door is slow, the page that is left may ask for its parts anew, and is led there with the way back.
    page.wait_for_url(re.compile(r"/login(\?|$)"))
    assert _kept(page) == []
    page.context.set_offline(offline=True)
    with pytest.raises(PlaywrightError, match="ERR_"):
        page.goto(kept)


def test_nothing_is_kept_for_whoever_stands_at_the_door(person: Opens, floor: Floor) -> None:
    page = _at_work(person, floor)
    page.goto("/login")
    until(lambda: _kept(page) == [])


def test_nothing_but_the_station_and_built_files_is_kept(person: Opens, floor: Floor) -> None:
    page = _at_work(person, floor)
    page.goto("/work-orders")
    page.goto("/jobs")
    assert all(path == "/station" or path.startswith("/station/") for path in _kept(page))


def test_the_app_can_be_installed(person: Opens) -> None:
    page = person(Role.TECHNICIAN, keeps=True)
    page.goto("/station")
    told = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
    assert (told["display"], told["start_url"]) == ("standalone", "/")
    for icon in told["icons"]:
        drawn = (
            "async (src) => { const image = new Image(); image.src = src; await image.decode(); return image.width }"
        )
        width = page.evaluate(drawn, icon["src"])
        assert icon["sizes"] in {"any", f"{width}x{width}"}
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} >= {
        (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
    }
