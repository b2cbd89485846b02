"""Pages show the buttons of what their person may do, and their forms are refused to everybody else."""

from collections.abc import Callable
from uuid import UUID

import pytest

from models.messages.access import Actor
from models.messages.people import PersonDraft
from models.messages.roles import RoleDraft
from models.records.access import roles, users
from models.rules.access import Permission, held
from tests.factories import Factory
from tests.floor import execute, lamp_job, rows
from tests.pages.conftest import Browser

P = Permission
Opens = Callable[..., Browser]


@pytest.fixture
def holding(client: object, tenant: Factory) -> Callable[..., Browser]:
    """A browser of somebody whose role holds these permissions."""

    def opened(*permissions: Permission) -> Browser:
        with tenant.begin() as session:
            roles.create_role(
                session, tenant.actor(), RoleDraft(name="special", title="Special", permissions=permissions)
            )
            made = users.create_user(
                session, tenant.actor(), PersonDraft(username="sam", display_name="Sam", role="special"), None
            )
        words = [permission.value for permission in permissions]
        sam = Actor(
            tenant_id=tenant.id, user_id=UUID(str(made.id)), username="sam", display_name="Sam", role="special",
            permissions=held("special", words),
        )  # fmt: skip
        return Browser(client, sam)  # type: ignore[arg-type] # a TestClient

    return opened


def test_a_work_order_offers_the_actions_that_are_held(holding: Callable[..., Browser], tenant: Factory) -> None:
    lamp_job(tenant)
    (cut,) = rows(tenant, "SELECT id FROM work_orders WHERE step_key = 'cut'")
    sam = holding(P.WORK_ORDERS_READ, P.WORK_ORDERS_HOLD)
    page = sam.get(f"/work-orders/{cut.id}").text
    assert 'data-opens="hold"' in page
    assert not any(f'data-opens="{other}"' in page for other in ("assign", "cancel", "skip", "rework"))
    for other in ("assign", "cancel", "skip", "rework", "release"):
        assert sam.post(f"/work-orders/{cut.id}/{other}", {"key": "k", "reason": "x"}).status_code == 403


def test_a_job_offers_the_steering_that_is_held(holding: Callable[..., Browser], tenant: Factory) -> None:
    job = lamp_job(tenant).job_id
    sam = holding(P.WORK_ORDERS_READ, P.WORK_ORDERS_CANCEL)
    page = sam.get(f"/jobs/{job}").text
    assert 'data-opens="cancel"' in page
    assert 'data-opens="hold"' not in page
    assert sam.post(f"/jobs/{job}/hold", {"key": "k", "reason": "x"}).status_code == 403


def test_the_station_is_open_to_whoever_may_do_anything_there_and_shows_that(
    holding: Callable[..., Browser], tenant: Factory
) -> None:
    lamp_job(tenant)
    (cut,) = rows(tenant, "SELECT id FROM work_orders WHERE step_key = 'cut'")
    sam = holding(P.WORK_ORDERS_READ, P.WORK_ORDERS_PAUSE, P.WORK_ORDERS_RESUME)
    page = sam.get(f"/station/{cut.id}").text
    assert 'data-opens="pause"' in page
    assert 'data-tap="resume"' in page
    assert 'data-tap="start"' not in page
    assert 'data-opens="finish"' not in page
    assert 'href="/station"' in sam.get("/work-orders").text


def test_who_may_only_look_has_no_station(holding: Callable[..., Browser]) -> None:
    assert holding(P.WORK_ORDERS_READ).get("/station").status_code == 403


def test_who_may_only_pause_sees_their_own_work_and_no_other(holding: Callable[..., Browser], tenant: Factory) -> None:
    lamp_job(tenant)
    (cut,) = rows(tenant, "SELECT id, code FROM work_orders WHERE step_key = 'cut'")
    sam = holding(P.WORK_ORDERS_PAUSE)
    for path in ("/station", "/work-orders"):
        page = sam.get(path)
        assert page.status_code == 200, path
        assert cut.code not in page.text, path
    assert sam.get(f"/station/{cut.id}").status_code == 404
    assert sam.get(f"/work-orders/{cut.id}").status_code == 404
    execute(tenant, "UPDATE work_orders SET assignee_id = (SELECT id FROM users WHERE username = 'sam')"
                    " WHERE id = :id", id=cut.id)  # fmt: skip
    for path in ("/station", "/work-orders", f"/station/{cut.id}", f"/work-orders/{cut.id}"):
        assert cut.code in sam.get(path).text, path


def test_work_that_is_nobodys_is_offered_to_whoever_may_begin_it(
    holding: Callable[..., Browser], tenant: Factory
) -> None:
    lamp_job(tenant)
    (cut,) = rows(tenant, "SELECT code FROM work_orders WHERE step_key = 'cut'")
    assert cut.code not in holding(P.WORK_ORDERS_READ, P.WORK_ORDERS_PAUSE).get("/station").text


def test_who_may_begin_work_is_offered_what_is_nobodys(holding: Callable[..., Browser], tenant: Factory) -> None:
    lamp_job(tenant)
    (cut,) = rows(tenant, "SELECT code FROM work_orders WHERE step_key = 'cut'")
    assert cut.code in holding(P.WORK_ORDERS_READ, P.WORK_ORDERS_START).get("/station").text


def test_who_steers_and_does_not_work_begins_with_the_jobs_and_is_led_to_no_station(
    holding: Callable[..., Browser],
) -> None:
    sam = holding(P.WORK_ORDERS_READ, P.WORK_ORDERS_HOLD)
    assert sam.get("/").headers["location"] == "/jobs"
    assert 'href="/station"' not in sam.get("/jobs").text
