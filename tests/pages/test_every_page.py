"""What must hold of every page, walked from the routes themselves: a new page is tested by being there."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from api.deps import declared_access
from api.pages.all import PAGES
from api.pages.frame.environment import TEMPLATES, environment
from models.connections.ids import new_id
from models.messages.calls import CallDraft
from models.messages.catalog import SupplierDraft
from models.messages.integrations import UploadDraft
from models.messages.template_library import TemplateFilters
from models.messages.walls import WallDraft
from models.messages.webhooks import WebhookDraft
from models.records import templates, walls, webhooks
from models.records.calls import raise_call
from models.records.catalog import suppliers
from models.records.integrations import uploads
from models.rules.access import Permission, Role
from tests.api.world import real_ids, staff
from tests.factories import Factory
from tests.floor import lamp_job, rows
from tests.pages.coming_in import invited
from tests.pages.conftest import Browser
from tests.pages.reading import Reader

Opens = Callable[..., Browser]
ROUTES = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
SHOWN = [route for route in ROUTES if "GET" in (route.methods or ()) and not route.path.startswith("/static/")]
PEOPLE = (
    "user_id", "invitation_id", "team_id", "skill_id", "role_id", "key_id", "station_id", "provider_id", "session_id",
)  # fmt: skip


_ANY = "SELECT id FROM {} LIMIT 1"
_CATALOG = ("products", "parts", "suppliers", "work_centers")


@pytest.fixture
def subjects(tenant: Factory) -> dict[str, Any]:
    """What stands for the {parameters} of addresses: an order with one job, its first step finished."""
    hands = lamp_job(tenant)
    hands.work("cut")
    with tenant.begin() as session:
        suppliers.create_supplier(session, tenant.actor(Role.ADMIN), SupplierDraft(code="ACME", name="Acme"))
        file = {"file": "x.csv", "content": b"sku;name;qty\nA;B;1\n", "shape": "x"}
        upload = uploads.keep(session, tenant.actor(Role.ADMIN), UploadDraft(), **file)
        help_wanted = CallDraft(work_order_id=hands.work_order("mount").id, reason="Machine trouble")
        call = raise_call(session, tenant.actor(Role.TECHNICIAN), help_wanted)
    (order,) = rows(tenant, "SELECT id FROM orders")
    (made,) = rows(tenant, "SELECT id FROM manufacturing_orders")
    (work_order,) = rows(tenant, "SELECT id FROM work_orders WHERE step_key = 'mount'")
    (command,) = rows(tenant, "SELECT id FROM commands LIMIT 1")
    boss = tenant.actor(Role.ADMIN)
    with tenant.begin() as session:
        hook = webhooks.create_webhook(session, boss, WebhookDraft(url="https://erp.example/x", events=("orders:*",)))
        wall = walls.create_wall(session, boss, WallDraft(name="Hall"))
        delivery = webhooks.send_test(session, boss, hook.id)
    staff(tenant)
    return {
        **real_ids(tenant, *PEOPLE),
        "token": invited(tenant),
        "wall_id": wall.id,
        "wall_token": wall.token,
        "command_id": command.id,
        "webhook_id": hook.id,
        "delivery_id": delivery.id,
        "order_id": order.id,
        "job_id": hands.job_id,
        "work_order_id": work_order.id,
        "manufacturing_order_id": made.id,
        "saved_filter_id": new_id(),
        "steering": "hold",
        "import_id": upload.id,
        **{f"{kind[:-1]}_id": rows(tenant, _ANY.format(kind))[0].id for kind in _CATALOG},
        "call_id": call.id,
        "code": hands.work_order("mount").code,
        "notification_id": UUID(int=0),
        "template_id": _draft(tenant),
    }


def _draft(tenant: Factory) -> UUID:
    """The lamp's next version."""
    with tenant.begin() as session:
        published = templates.templates(session, TemplateFilters()).items[0]
        return templates.clone(session, tenant.actor(), published.id).id


def _addresses(subjects: dict[str, Any]) -> Iterator[tuple[APIRoute, str]]:
    for route in SHOWN:
        own = {"token": subjects["wall_token"]} if route.path.startswith("/andon") else {}
        yield route, route.path.format(**subjects | own)


def test_every_page_and_form_says_who_may_use_it() -> None:
    assert [route.path for route in ROUTES if not declared_access(route)] == []
    public = {route.path for route in ROUTES if declared_access(route) == {"PUBLIC"}}
    assert public == {
        "/andon/{token}", "/andon/{token}/board", "/appearance", "/ca", "/invitations/{token}", "/login",
        "/login/code", "/password/forgot", "/password/reset", "/sign-up", "/static/{name}", "/station/door",
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


def test_pieces_are_called_so_on_every_page_in_german(browser: Opens, subjects: dict[str, Any]) -> None:
    said = 0
    for _, address in _addresses(subjects):
        text = Reader(browser(Role.ADMIN).get(address, accept_language="de").text).text
        # A form that sends the code shows it behind the word.
        assert not re.search(r"\bpcs\b", text.replace("(pcs)", "")), address
        said += text.count("Stück")
    assert said


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


_FRAMES = ("frame/base.html", "station/frame.html")


def test_every_page_in_the_frame_explains_itself() -> None:
    silent = []
    for file in sorted(TEMPLATES.rglob("*.html")):
        name = str(file.relative_to(TEMPLATES))
        extends = any(f'{{% extends "{frame}"' in file.read_text(encoding="utf-8") for frame in _FRAMES)
        if name in _FRAMES or not extends:
            continue
        explains = environment("en").get_template(name).blocks.get("help")
        if (
            explains is None
            or len(file.read_text(encoding="utf-8").partition("block help")[2].split("endblock")[0]) < 80
        ):
            silent.append(name)
    assert silent == [], "a page says in {% block help %} what it is, what to do and what happens"


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
