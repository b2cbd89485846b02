"""What every list can do: filters under names, many rows at once, neighbours, files."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.running import Floor
from tests.factories import Factory
from tests.floor import execute, place, publish_lamp, rows, scale
from tests.pages.conftest import Browser
from tests.pages.reading import Reader
from tests.working import working

Opens = Callable[..., Browser]


@pytest.fixture
def worker() -> Iterator[None]:
    with working():
        yield


def _keep(person: Browser, name: str, **more: str) -> str:
    form = {
        "key": f"k-{len(name)}",
        "list": "orders",
        "name": name,
        "query": "late=true&sort=due_at",
        "back": "/orders",
    }
    return str(person.post("/saved-filters", form | more).headers["location"])


def test_a_filter_is_kept_under_a_name_and_leads_back_to_the_list(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    place(tenant)
    maria = browser(Role.MANAGER)
    assert _keep(maria, "Late <ones>") == "/orders"
    page = maria.get("/orders")
    assert "Late &lt;ones&gt;" in page.text
    assert "?late=true&sort=due_at" in Reader(page.text).addresses
    delete = next(address for address in Reader(page.text).addresses if address.endswith("/delete"))
    maria.post(delete, {"key": "d", "back": "/orders"})
    maria.jar.pop("said", None)
    assert "Late &lt;ones&gt;" not in maria.get("/orders").text


def test_a_kept_filter_leads_nowhere_else(browser: Opens) -> None:
    assert _keep(browser(Role.MANAGER), "Late", back="https://evil.example/") == "/"


def test_a_customer_is_not_offered_to_share_and_sees_nothing_shared(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    _keep(browser(Role.MANAGER), "Trouble with Ana", shared="true")
    assert "Trouble with Ana" in browser(Role.INVENTORY_MANAGER).get("/orders").text
    text = browser(Role.CUSTOMER).get("/orders").text
    assert "Trouble with Ana" not in text
    assert 'name="shared"' not in text


def test_an_opened_row_leads_to_its_neighbours_in_the_list(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    ids = [place(tenant, customer_name=name) for name in ("Ana", "Ben", "Ana", "Ana")]
    maria = browser(Role.MANAGER)
    links = [link for link in Reader(maria.get("/orders?q=ana&sort=code").text).addresses if "?in=" in link]
    assert len(links) == 3
    middle = Reader(maria.get(links[1]).text).addresses
    assert [f"/orders/{ids[index]}?in=q%3Dana%26sort%3Dcode" in middle for index in (0, 1, 3)] == [True, False, True]
    first = maria.get(f"/orders/{ids[0]}?in=all")
    assert first.status_code == 200
    assert maria.get(f"/orders/{ids[0]}?in=status%3Dpurple").status_code == 200
    assert "Within the list" not in maria.get(f"/orders/{ids[0]}").text


def test_the_list_of_work_orders_leads_from_what_waits_to_what_has_ended(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    scale(tenant, place(tenant))
    ended = rows(tenant, "SELECT id FROM work_orders WHERE step_index = 0")[0].id
    execute(tenant, "UPDATE work_orders SET state = 'COMPLETED', ended_at = now() WHERE step_index = 0")
    maria = browser(Role.MANAGER)
    *_, last_open, finished = [link for link in Reader(maria.get("/work-orders").text).addresses if "?in=" in link]
    assert finished == f"/work-orders/{ended}?in=all"
    assert finished in Reader(maria.get(last_open).text).addresses
    assert last_open in Reader(maria.get(finished).text).addresses


@pytest.mark.parametrize("path", ["/orders", "/manufacturing-orders"])
def test_a_list_of_orders_begins_with_what_is_open_and_due_first(browser: Opens, tenant: Factory, path: str) -> None:
    publish_lamp(tenant)
    for month in (3, 1, 2):
        scale(tenant, place(tenant, due_at=f"2027-0{month}-01T12:00:00Z"))
    for table in ("orders", "manufacturing_orders"):
        execute(tenant, f"UPDATE {table} SET status = 'DONE', ended_at = now() WHERE due_at < '2027-01-15'")  # noqa: S608 - a word of ours
    open_first = [row.id for row in rows(tenant, "SELECT id FROM orders ORDER BY ended_at NULLS FIRST, due_at")]
    maria = browser(Role.MANAGER)

    def shown(asked: str) -> list[UUID]:
        found = re.findall(r'href="/orders/([0-9a-f-]{36})', maria.get(asked).text)
        return [UUID(one) for one in dict.fromkeys(found)]

    assert shown(path) == shown(f"{path}?status=PLANNED&status=DONE") == open_first
    assert shown(f"{path}?sort=due_at") == [open_first[2], *open_first[:2]]


def test_the_list_of_jobs_begins_with_what_is_open_and_due_first(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    for month in (3, 1, 2):
        scale(tenant, place(tenant, due_at=f"2027-0{month}-01T12:00:00Z"))
    execute(tenant, "UPDATE jobs SET status = 'DONE', ended_at = now() WHERE due_at < '2027-01-15'")
    maria = browser(Role.MANAGER)

    def shown(path: str) -> tuple[list[str], list[str]]:
        """The rows of a page, and where it leads further."""
        found = Reader(maria.get(path).text).addresses
        return [one for one in found if "?in=" in one], [one for one in found if "cursor=" in one]

    jobs = [row.id for row in rows(tenant, "SELECT id FROM jobs ORDER BY ended_at NULLS FIRST, due_at")]
    links, _ = shown("/jobs")
    assert links == [f"/jobs/{identity}?in=all" for identity in jobs]
    assert [link.partition("?")[0] for link in shown("/jobs?status=PLANNED&status=IN_PROGRESS")[0]] == [
        f"/jobs/{identity}" for identity in jobs[:2]
    ]
    walked, further = shown("/jobs?limit=1")
    for _ in jobs[1:]:
        more, further = shown(f"/jobs{further[0].removeprefix('/jobs')}")
        walked += more
    assert [link.partition("?")[0] for link in walked] == [link.partition("?")[0] for link in links]
    assert links[2] in Reader(maria.get(links[1]).text).addresses


def test_ticked_orders_are_acted_on_and_each_is_told_of(browser: Opens, tenant: Factory, worker: None) -> None:  # noqa: ARG001
    maria = browser(Role.MANAGER)
    floor = Floor(Api(maria.client, tenant, Role.ADMIN))
    first, second = floor.order(), floor.order()
    form = {"key": "b1", "action": "hold", "reason": "Stocktaking", "chosen": [first["id"], second["id"]]}
    page = Reader(maria.post("/orders/bulk", form).text)
    assert "2 of 2 done" in page.text
    assert {row.held for row in rows(tenant, "SELECT held FROM jobs")} == {True}
    again = Reader(maria.post("/orders/bulk", form | {"key": "b2"}).text)
    assert "0 of 2 done" in again.text
    assert "2 refused." in again.text


def test_everything_that_fits_is_acted_on_though_it_is_not_all_on_the_page(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    for name in ("Ana", "Ben", "Ana"):
        scale(tenant, place(tenant, customer_name=name))
    form = {"key": "b1", "action": "prioritise", "priority": "1", "reason": "Fair", "whole": "true"}
    page = Reader(browser(Role.MANAGER).post("/orders/bulk", form | {"query": "q=ana&limit=1&cursor=x"}).text)
    assert "2 of 2 done" in page.text
    assert sorted(row.priority for row in rows(tenant, "SELECT priority FROM orders")) == [1, 1, 3]


@pytest.mark.parametrize(
    "form", [{}, {"chosen": "junk"}, {"action": "explode"}, {"action": "hold", "reason": ""}, {"whole": "true"}]
)
def test_a_bulk_form_of_nonsense_is_told_and_changes_nothing(
    browser: Opens, tenant: Factory, form: dict[str, str]
) -> None:
    publish_lamp(tenant)
    whole = {"key": "b", "action": "hold", "reason": "x", "query": "status=purple"} | form
    for path in ("/orders/bulk", "/jobs/bulk", "/work-orders/bulk"):
        assert browser(Role.MANAGER).post(path, whole).status_code == 422
    assert browser(Role.CUSTOMER).post("/orders/bulk", whole).status_code == 403


def test_manufacturing_orders_are_listed_and_lead_to_their_order(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    order = place(tenant)
    made = scale(tenant, order)
    maria = browser(Role.MANAGER)
    page = Reader(maria.get("/manufacturing-orders?sort=code&late=true").text)
    assert "No manufacturing order fits" in page.text
    page = Reader(maria.get("/manufacturing-orders").text)
    assert made.code in page.text
    assert "Planned cost" in page.text
    assert maria.get(f"/manufacturing-orders/{made.manufacturing_order_id}").headers["location"] == f"/orders/{order}"
    assert browser(Role.CUSTOMER).get("/manufacturing-orders").status_code == 403


def test_a_list_is_taken_along_as_a_file_with_its_filters(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    scale(tenant, place(tenant, customer_name="=cmd()"))
    place(tenant, customer_name="Ben")
    maria = browser(Role.MANAGER)
    assert "/api/v1/orders/export?q=cmd" in Reader(maria.get("/orders?q=cmd").text).addresses
    for path in ("orders", "manufacturing-orders", "jobs", "work-orders"):
        ways = [one for one in Reader(maria.get(f"/{path}?late=true").text).addresses if "/export?" in one]
        assert ways == [f"/api/v1/{path}/export?late=true&separator=%3B&bom=true", f"/api/v1/{path}/export?late=true"]
    answer = maria.get("/api/v1/orders/export?q=cmd")
    assert answer.headers["content-type"].startswith("text/csv")
    head, *lines = answer.text.splitlines()
    assert "customer_name" in head
    assert len(lines) == 1
    assert "'=cmd()" in lines[0]
    for path in ("manufacturing-orders", "jobs", "work-orders"):
        assert len(maria.get(f"/api/v1/{path}/export").text.splitlines()) > 1
    own = browser(Role.CUSTOMER).get("/api/v1/orders/export").text.splitlines()
    assert len(own) == 1
