"""What must hold of every page, walked from the routes themselves: a new page is tested by being there."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from api.deps import declared_access
from api.pages.all import PAGES
from models.messages.template_library import TemplateFilters
from models.records import templates
from models.rules.access import Permission, Role
from tests.factories import Factory
from tests.floor import lamp_job, rows
from tests.pages.coming_in import invited
from tests.pages.conftest import Browser
from tests.pages.reading import Reader

Opens = Callable[..., Browser]
ROUTES = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
SHOWN = [route for route in ROUTES if "GET" in (route.methods or ()) and not route.path.startswith("/static/")]


@pytest.fixture
def subjects(tenant: Factory) -> dict[str, Any]:
    """What stands for the {parameters} of addresses: an order with one job, its first step finished."""
    hands = lamp_job(tenant)
    hands.work("cut")
    (order,) = rows(tenant, "SELECT id FROM orders")
    (work_order,) = rows(tenant, "SELECT id FROM work_orders WHERE step_key = 'mount'")
    return {
        "token": invited(tenant),
        "order_id": order.id,
        "job_id": hands.job_id,
        "work_order_id": work_order.id,
        "steering": "hold",
        "template_id": _draft(tenant),
    }


def _draft(tenant: Factory) -> UUID:
    """The lamp's next version."""
    with tenant.begin() as session:
        published = templates.templates(session, TemplateFilters()).items[0]
        return templates.clone(session, tenant.actor(), published.id).id


def _addresses(subjects: dict[str, Any]) -> Iterator[tuple[APIRoute, str]]:
    for route in SHOWN:
        yield route, route.path.format(**subjects)


def test_every_page_and_form_says_who_may_use_it() -> None:
    assert [route.path for route in ROUTES if not declared_access(route)] == []
    public = {route.path for route in ROUTES if declared_access(route) == {"PUBLIC"}}
    assert public == {
        "/appearance", "/invitations/{token}", "/login", "/login/code", "/password/forgot", "/password/reset",
        "/sign-up", "/static/{name}",
    }  # fmt: skip


def test_every_page_is_strict_about_what_it_loads_in_each_language(browser: Opens, subjects: dict[str, Any]) -> None:
    for language in ("en", "de"):
        for _, address in _addresses(subjects):
            answer = browser(Role.ADMIN).get(address, accept_language=language)
            if answer.status_code == 303:
                continue
            assert answer.status_code == 200, (address, answer.text)
            read = Reader(answer.text)
            assert read.forbidden == [], address
            assert read.foreign == [], address
            assert sorted(set(read.ids)) == sorted(read.ids), address
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'self'" in policy


def test_a_page_is_refused_politely_to_who_lacks_its_permission(browser: Opens, subjects: dict[str, Any]) -> None:
    for role in Role:
        person = browser(role)
        for route, address in _addresses(subjects):
            needed = declared_access(route) - {"PUBLIC", "SIGNED_IN"}
            answer = person.get(address)
            if all(_may(role, word) for word in needed):
                assert answer.status_code in {200, 303, 404}, (role, address, answer.text)
            else:
                assert answer.status_code == 403, (role, address)
                assert "does not hold the permission" in answer.text


JUNK = {"key": "\x00", "next": "\ud800\n//x", "username": "a" * 5_000, "quantity": "NaN", "reason": "", "theme": "pink"}


def test_a_form_of_nonsense_is_never_a_fault_of_ours(browser: Opens, subjects: dict[str, Any]) -> None:
    for route in ROUTES:
        for form in ({}, {name: value.encode("utf-8", "replace") for name, value in JUNK.items()}):
            if "POST" in (route.methods or ()):
                answer = browser(Role.ADMIN).post(route.path.format(**subjects), form)
                assert answer.status_code < 500, (route.path, answer.text)


def _may(role: Role, word: str) -> bool:
    from models.rules.access import held, may

    return may(held(role.value, None), Permission(word))
