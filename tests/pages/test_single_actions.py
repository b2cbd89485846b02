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
from tests.floor import lamp_job, rows
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
