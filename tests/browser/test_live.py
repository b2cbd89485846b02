"""Screens that stay true by themselves, and say so when they cannot."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from models.rules.access import Role
from tests.api.running import Floor
from tests.factories import Factory
from tests.floor import PARTS, publish_lamp, receive

Opens = Callable[..., Page]


def test_an_order_goes_from_the_managers_form_to_the_technicians_hands_and_the_dashboard_moves(
    person: Opens, tenant: Factory
) -> None:
    publish_lamp(tenant)
    receive(tenant, **dict.fromkeys(PARTS, "1000"))
    board = person(Role.VIEWER)
    board.goto("/dashboard")
    live = person(Role.ADMIN)
    live.goto("/dashboard")
    maria = person(Role.MANAGER)
    maria.goto("/orders")
    maria.get_by_role("link", name="New order").first.click()
    maria.get_by_label("Quantity").fill("1")
    maria.get_by_label("Due").fill("2099-03-01T12:00")
    maria.get_by_label("Customer", exact=True).fill("Ana & Co")
    maria.get_by_role("button", name="Place the order").click()
    expect(maria.get_by_role("heading", name=re.compile("Desk lamp"))).to_be_visible()
    expect(live.locator("#widget-tallies")).to_contain_text("Ready")
    tom = person(Role.TECHNICIAN, size="phone")
    tom.goto("/station")
    expect(tom.get_by_role("link", name=re.compile("Cut wire"))).to_be_visible()
    tom.get_by_role("link", name=re.compile("Cut wire")).click()
    tom.get_by_role("button", name="Start the work").click()
    expect(live.locator("#widget-tallies")).to_contain_text("Running")
    tom.get_by_role("button", name="Finish this work").click()
    tom.get_by_role("button", name="Finish the work").click()
    tom.wait_for_url("**/station")
    expect(live.locator("#widget-throughput .fact-large").first).to_have_text("1")
    expect(board.locator("#widget-throughput .fact-large").first).to_have_text("1")
    maria.reload()
    maria.get_by_role("region", name="Jobs of this order").get_by_role("link", name=re.compile("JOB-")).click()
    expect(maria.locator('[data-step="cut"]')).to_have_attribute("data-state", "COMPLETED")
    maria.locator('[data-step="mount"]').press("Enter")
    expect(maria.get_by_role("heading", name="Mount")).to_be_visible()


def test_a_job_page_changes_colour_while_somebody_looks(person: Opens, floor: Floor) -> None:
    job = floor.job()
    maria = person(Role.MANAGER)
    maria.goto(f"/jobs/{job['id']}")
    expect(maria.locator('[data-step="cut"]')).to_have_attribute("data-state", "READY")
    floor.act(job, "cut", "start")
    expect(maria.locator('[data-step="cut"]')).to_have_attribute("data-state", "IN_PROGRESS")


def test_a_silent_server_is_told_and_the_stream_is_opened_anew(person: Opens) -> None:
    maria = person(Role.MANAGER)
    maria.clock.install()
    maria.route("**/api/v1/live", lambda _route: None)  # taken, and never answered
    with maria.expect_request("**/api/v1/live"):
        maria.goto("/dashboard")
    expect(maria.locator("#stale")).to_be_hidden()
    with maria.expect_request("**/api/v1/live"):
        maria.clock.run_for(17_000)
    expect(maria.locator("#stale")).to_be_visible()
    maria.unroute("**/api/v1/live")
    maria.clock.run_for(17_000)
    expect(maria.locator("#stale")).to_be_hidden()


def test_a_stream_refused_at_first_is_tried_again(person: Opens) -> None:
    maria = person(Role.MANAGER)
    maria.clock.install()
    refused: list[int] = []

    def first_refused(route: Any) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(503)
            route.fulfill(status=503, body="no")

    maria.route("**/api/v1/live", first_refused)
    with maria.expect_response("**/api/v1/live"):
        maria.goto("/dashboard")
    with maria.expect_request("**/api/v1/live"):
        maria.clock.run_for(7_000)
    assert refused == [503]
