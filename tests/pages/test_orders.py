from collections.abc import Callable, Iterator

import pytest

from models.rules.access import Role
from tests.api.conftest import Api
from tests.api.running import Floor
from tests.factories import Factory
from tests.floor import execute, lamp_job, place, publish_lamp, rows, scalar
from tests.pages.conftest import Browser
from tests.pages.reading import Reader
from tests.working import working

Opens = Callable[..., Browser]
FORM = {"key": "form-1", "product": "LAMP", "quantity": "3", "due": "2099-03-01T12:00", "customer_name": "Ana & Co"}


@pytest.fixture
def worker() -> Iterator[None]:
    with working():
        yield


def test_an_order_placed_by_a_form_is_placed_once_however_often_it_is_sent(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    maria = browser(Role.MANAGER)
    assert 'value="LAMP"' in maria.get("/orders/new").text
    addresses = {maria.post("/orders", FORM).headers["location"] for _ in range(2)}
    assert len(addresses) == 1
    page = maria.get(addresses.pop())
    assert "Ana &amp; Co" in page.text
    assert "ORD-000001 is placed." in page.text
    assert scalar(tenant, "SELECT count(*) FROM orders") == 1


def test_the_due_date_of_a_form_is_in_the_persons_time_zone(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    execute(tenant, "UPDATE users SET time_zone = 'America/New_York'")
    browser(Role.MANAGER).post("/orders", FORM)
    assert scalar(tenant, "SELECT due_at FROM orders").isoformat() == "2099-03-01T17:00:00+00:00"


def test_numbers_of_an_order_may_be_written_with_a_comma(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    browser(Role.MANAGER).post("/orders", FORM | {"quantity": "3,0", "lot_size": "1,0"})
    (made,) = rows(tenant, "SELECT quantity, lot_size FROM orders")
    assert (made.quantity, made.lot_size) == (3, 1)


def test_a_page_never_asks_people_for_headers(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    told = browser(Role.MANAGER).post(f"/jobs/{hands.job_id}/hold", {"key": "h1", "reason": " "})
    assert told.status_code == 422
    assert "Content-Type" not in told.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"quantity": "-1"}, "This is too little."),
        ({"quantity": "1.5"}, ""),
        ({"due": ""}, "Fill this in."),
        ({"product": "NOTHING"}, "NOTHING"),
        ({"priority": "9"}, "This is too much."),
    ],
)
def test_a_wrong_field_is_told_in_the_form_and_nothing_is_lost(
    browser: Opens, tenant: Factory, wrong: dict[str, str], told: str
) -> None:
    publish_lamp(tenant)
    answer = browser(Role.MANAGER).post("/orders", FORM | wrong)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="Ana &amp; Co"' in answer.text
    assert scalar(tenant, "SELECT count(*) FROM orders") == 0


def test_a_date_in_the_past_is_asked_about_once_before_the_order_is_placed(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    maria = browser(Role.MANAGER)
    asked = maria.post("/orders", FORM | {"due": "2020-03-01T12:00"})
    assert asked.status_code == 422
    page = Reader(asked.text)
    assert "The order is not placed yet: its date lies in the past." in page.text
    assert "Correct it, or place the order once more" in page.text
    assert 'value="Ana &amp; Co"' in asked.text
    assert scalar(tenant, "SELECT count(*) FROM orders") == 0
    other = maria.post("/orders", FORM | {"due": "2020-03-02T12:00", "past_due": "2020-03-01T12:00"})
    assert "The order is not placed yet" in other.text
    again = FORM | {"due": "2020-03-01T12:00", "past_due": "2020-03-01T12:00"}
    refused = maria.post("/orders", again | {"quantity": "-1"}).text
    assert 'name="past_due" value="2020-03-01T12:00"' in refused
    assert "lies in the past" not in refused
    assert maria.post("/orders", again).status_code == 303
    assert scalar(tenant, "SELECT due_at FROM orders").year == 2020


def test_a_customer_is_asked_about_a_date_in_the_past_in_their_language(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    asked = browser(Role.CUSTOMER).post("/orders", FORM | {"due": "2020-03-01T12:00"}, accept_language="de")
    assert "Der Auftrag ist noch nicht erteilt: sein Termin liegt in der Vergangenheit." in asked.text


def test_a_customer_sees_their_own_orders_without_jobs_or_costs(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    carla = browser(Role.CUSTOMER)
    own = carla.post("/orders", FORM).headers["location"]
    place(tenant)
    carla.jar.pop("said")
    text = Reader(carla.get("/orders").text).text
    assert "My orders" in text
    assert text.count("ORD-0000") == 1
    page = Reader(carla.get(own).text)
    assert "Cost" not in page.text
    assert [address for address in page.addresses if address.startswith("/jobs")] == []


def test_a_list_is_filtered_sorted_and_paged_by_its_address(browser: Opens, tenant: Factory) -> None:
    publish_lamp(tenant)
    for number in range(5):
        place(tenant, customer_name=f"Customer {number}")
    maria = browser(Role.MANAGER)
    first = Reader(maria.get("/orders?sort=code&limit=2&kind=").text)
    assert "ORD-000002" in first.text
    assert "ORD-000003" not in first.text
    onward = next(address for address in first.addresses if "cursor=" in address)
    second = Reader(maria.get(f"/orders{onward}").text)
    assert "ORD-000003" in second.text
    assert "ORD-000002" not in second.text
    assert "Customer 4" in maria.get("/orders?q=customer+4").text
    assert "No order fits" in maria.get("/orders?status=DONE").text
    assert maria.get("/orders?q=lamp&sort=colour").headers["location"] == "/orders?q=lamp"
    assert "“sort” in the address was left out: Choose one of the list." in Reader(maria.get("/orders").text).text
    assert maria.get("/orders?status=DONE&cursor=x").headers["location"] == "/orders?status=DONE"
    assert "The list begins anew" in maria.get("/orders").text


def test_a_manager_holds_and_releases_a_job_by_its_page(browser: Opens, tenant: Factory, worker: None) -> None:  # noqa: ARG001
    maria = browser(Role.MANAGER)
    job = Floor(Api(maria.client, tenant, Role.ADMIN)).job()
    path = f"/jobs/{job['id']}"
    held = maria.post(f"{path}/hold", {"key": "k1", "reason": "Wrong drawing"})
    assert held.headers["location"] == path
    page = Reader(maria.get(path).text)
    assert "The job is on hold." in page.text
    assert "Wrong drawing" in page.text
    again = maria.post(f"{path}/hold", {"key": "k2", "reason": "Again"})
    assert again.status_code == 303
    assert "note-bad" in maria.get(path).text
    assert maria.post(f"{path}/release", {"key": "k3"}).status_code == 303
    assert scalar(tenant, "SELECT held FROM jobs") is False
    assert maria.post(f"{path}/hold", {"key": "k4"}).status_code == 422


def test_a_manager_gives_a_work_order_to_a_person_and_to_nobody(browser: Opens, tenant: Factory, worker: None) -> None:  # noqa: ARG001
    maria = browser(Role.MANAGER)
    floor = Floor(Api(maria.client, tenant, Role.ADMIN))
    cut = floor.steps(floor.job())["cut"]["work_order_id"]
    path = f"/work-orders/{cut}"
    tom = tenant.actor(Role.TECHNICIAN).user_id
    assert f'value="person:{tom}"' in maria.get(path).text
    maria.post(f"{path}/assign", {"key": "a1", "to": f"person:{tom}"})
    assert scalar(tenant, "SELECT assignee_id FROM work_orders WHERE id = :id", id=cut) == tom
    maria.post(f"{path}/assign", {"key": "a2", "to": "nobody"})
    assert scalar(tenant, "SELECT assignee_id FROM work_orders WHERE id = :id", id=cut) is None
    assert browser(Role.TECHNICIAN).post(f"{path}/assign", {"key": "a3"}).status_code == 403


def test_a_job_is_shown_as_graph_and_as_equal_list(browser: Opens, tenant: Factory) -> None:
    hands = lamp_job(tenant)
    hands.work("cut")
    page = browser(Role.MANAGER).get(f"/jobs/{hands.job_id}").text
    for step in rows(tenant, "SELECT step_key, name FROM work_orders"):
        assert f'data-step="{step.step_key}"' in page
        assert f'id="step-{step.step_key}"' in page
    assert 'data-state="COMPLETED"' in page
    assert "What it waits for" in page
