"""Audit trail, exceptions, health, settings, branding and webhooks as pages."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.pages.frame.looks import FACTS
from api.pages.system.changes import Change, changes
from models import records
from models.messages.tenants import SettingsDraft
from models.records import tenants
from models.rules.access import Role
from tests.api.running import until
from tests.factories import Factory
from tests.floor import execute, lamp_job, place, publish_lamp, rows, scalar, scale
from tests.pages.conftest import Browser
from tests.pages.reading import words
from tests.rules.test_branding import PNG
from tests.working import environment
from worker.relays import outbox

Opens = Callable[..., Browser]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def test_the_trail_is_filtered_explained_and_verified(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant).work("cut")
    outbox.relay(tenant.id)
    maria = browser(Role.MANAGER)
    (cut,) = rows(tenant, "SELECT code FROM work_orders WHERE step_key = 'cut'")
    page = maria.get(f"/audit?q={cut.code}&module=work_orders&since=2020-01-01&until=2030-01-01").text
    assert "Completed" in page
    assert cut.code in page
    assert "module=work_orders" in page  # the export takes the filters along
    assert "No entry fits" in maria.get("/audit?refused=true").text
    assert maria.get("/audit?since=yesterday&user_id=nobody").headers["location"] == "/audit?user_id=nobody"
    assert "“since” in the address was left out: Enter a day." in maria.get("/audit").text
    assert maria.get("/audit?user_id=nobody").headers["location"] == "/audit"
    assert "The trail is sound" in maria.get("/audit/verification").text


def test_what_changed_is_told_by_field() -> None:
    before, after = (
        {"name": "Base", "row_version": 1, "cost": {"unit": "2"}},
        {"name": "Foot", "row_version": 2, "tags": ["a", "b"]},
    )
    assert changes(before, after) == (
        Change("name", "Base", "Foot"), Change("tags", None, "a, b"), Change("cost.unit", "2", None),
    )  # fmt: skip
    assert changes(None, {"active": True}) == (Change("active", None, "✓"),)
    assert changes({"a": [{"x": 1}]}, None) == (Change("a", "x 1", None),)


def test_every_act_that_records_name_is_said_in_words() -> None:
    sources = (source.read_text("utf-8") for source in Path(records.__file__).parent.rglob("*.py"))
    named = {name for source in sources for name in re.findall(r'action="([a-z_]+:[a-z_]+)"', source)}
    assert named
    assert named - set(FACTS) == set()


def test_what_was_refused_late_is_seen_and_taken_off_the_list(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant).work("cut")
    (command,) = rows(tenant, "SELECT id FROM commands ORDER BY received_at LIMIT 1")
    refused = '{"command_id": "%s", "state": "REFUSED", "refusal": {"kind": "on-hold", "detail": "It is on hold."}}'
    execute(
        tenant,
        "UPDATE commands SET state = 'REFUSED', door = 'signal', result = CAST(:result AS jsonb) WHERE id = :id",
        result=refused % command.id, id=command.id,
    )  # fmt: skip
    maria = browser(Role.MANAGER)
    page = maria.get("/exceptions").text
    assert "It is on hold." in page
    assert f"/exceptions/{command.id}/retry" in page
    assert "/retry" not in browser(Role.INVENTORY_MANAGER).get("/exceptions").text
    assert maria.post(f"/exceptions/{command.id}/acknowledge").status_code == 303
    assert "Nothing waits for you" in maria.get("/exceptions").text


def test_what_would_be_refused_for_ever_is_not_tried_again(browser: Opens, tenant: Factory) -> None:
    lamp_job(tenant).work("cut")
    (command,) = rows(tenant, "SELECT id FROM commands ORDER BY received_at LIMIT 1")
    answer = browser(Role.MANAGER).post(f"/exceptions/{command.id}/retry", {"key": "again"})
    assert answer.headers["location"] == "/exceptions"
    assert scalar(tenant, "SELECT count(*) FROM commands WHERE state = 'PENDING'") == 0


def test_the_health_of_the_system_is_told_with_what_to_do(browser: Opens) -> None:
    with environment(FACTORYOS_TASK_QUEUE="nobody-works-here"):
        ada = browser(Role.ADMIN)
        # A busy Temporal may not say in time who works, and the page says so.
        page = until(lambda: text if "none at work" in (text := ada.get("/health").text) else "")
    for part in ("PostgreSQL", "MongoDB", "Temporal", "Workers", "Disk", "Mail", "start one with"):
        assert part in page
    assert browser(Role.MANAGER).get("/health").status_code == 403


def test_settings_are_kept_and_mistakes_told_at_their_field(browser: Opens, tenant: Factory) -> None:
    ada = browser(Role.ADMIN)
    form = {"version": "0", "language": "de", "time_zone": "Europe/Berlin", "currency": "eur", "audit_keep_days": "730"}
    wrong = ada.post("/settings", form | {"time_zone": "Mars/Olympus"})
    assert wrong.status_code == 422
    assert "is no time zone" in wrong.text
    assert ada.post("/settings", form).status_code == 303
    assert "EUR" in ada.get("/settings").text
    assert ada.post("/settings", form).status_code == 422  # somebody changed it meanwhile
    assert scalar(tenant, "SELECT audit_keep_days FROM tenant_settings") == 730


def test_money_is_told_with_the_factorys_currency_once_it_has_one(browser: Opens, tenant: Factory) -> None:
    template, order = publish_lamp(tenant), place(tenant)
    scale(tenant, order)
    wire = scalar(tenant, "SELECT id FROM parts WHERE sku = 'WIRE'")
    ada = browser(Role.ADMIN)
    amounts = ("/parts", f"/parts/{wire}", "/work-centers", "/stock", "/manufacturing-orders",
               f"/templates/{template}", f"/templates/{template}/simulate?quantity=2")  # fmt: skip
    labels = ("/parts/new", "/work-centers/new", "/users/new", "/stock/receive", f"/orders/{order}")
    heads = "/api/v1/parts/export?bom=true"
    assert not [
        path for path in (*amounts, *labels, heads) if "EUR" in words(ada.get(path).text)
    ]  # the text alone: a file's name may hold it
    with tenant.begin() as session:
        tenants.change_settings(session, tenant.actor(), SettingsDraft(currency="EUR"), 0)
    assert [path for path in amounts if "\N{NO-BREAK SPACE}EUR" not in ada.get(path).text] == []
    assert [path for path in labels if "(EUR)" not in ada.get(path).text] == []
    assert "unit_cost (EUR)" in ada.get(heads).text
    assert "unit_cost," in ada.get("/api/v1/parts/export").text  # programs find their columns as always


def test_a_test_mail_goes_to_ones_own_address(browser: Opens, tenant: Factory) -> None:
    ada = browser(Role.ADMIN)
    ada.post("/settings/test-mail", {"key": "one"})
    assert "no mail address" in ada.get("/settings").text
    execute(tenant, "UPDATE users SET email = 'ada@example.com' WHERE username = 'admin'")
    for _ in range(2):
        ada.post("/settings/test-mail", {"key": "two"})
    assert scalar(tenant, "SELECT count(*) FROM outbox WHERE topic = 'mail'") == 1


def test_a_factorys_name_colour_and_logo_show_on_every_page(browser: Opens, client: TestClient) -> None:
    ada = browser(Role.ADMIN)
    form = {"version": "0", "name": "Acme & Söhne", "accent": "#ffee00", "own_colour": "true"}
    assert ada.post("/branding", form).status_code == 303
    assert "Acme &amp; Söhne" in browser(Role.VIEWER).get("/dashboard").text
    (style,) = re.findall(r"/api/v1/colours/\w+\.css", ada.get("/branding").text)
    assert "#ffee00" not in client.get(style).text.partition("dark")[0]
    for content in (SVG, PNG):
        client.cookies.clear()
        assert _put_logo(client, ada, content).status_code == 303
        (logo,) = set(re.findall(r"/api/v1/brands/[^\"]+", ada.get("/orders").text))
        answer = client.get(logo)
        assert answer.content == content
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(logo[:-1] + "0").status_code in {200, 404}
    refused = _put_logo(client, ada, SVG.replace(b"<path", b"<script/><path"))
    assert refused.status_code == 422
    assert "only plain shapes" in refused.text
    assert ada.post("/branding/logo/remove").status_code == 303
    assert "/api/v1/brands/" not in ada.get("/orders").text


def test_a_webhook_is_added_tried_and_its_secret_shown_once(browser: Opens, tenant: Factory) -> None:
    dev = browser(Role.DEVELOPER)
    assert "Please look at the marked fields" in dev.post("/webhooks", {"key": "0", "url": "nonsense"}).text
    nameless = dev.post("/webhooks", {"key": "0", "url": "https://8.8.8.8/hook", "events": ""}).text
    assert "Choose at least one." in nameless
    assert "Tuple" not in nameless
    form = {"key": "1", "url": "https://8.8.8.8/hook", "events": "orders:*, work_orders:completed"}
    assert "whsec_" in dev.post("/webhooks", form).text
    assert "shown once before" in dev.post("/webhooks", form).text
    (hook,) = rows(tenant, "SELECT id, row_version FROM webhooks")
    assert "whsec_" not in dev.get(f"/webhooks/{hook.id}").text
    dev.post(f"/webhooks/{hook.id}/test", {"key": "2"})
    assert "webhooks:test" in dev.get(f"/webhooks/{hook.id}").text
    assert "whsec_" in dev.post(f"/webhooks/{hook.id}/rotate-secret", {"key": "3"}).text
    changed = {**form, "version": str(scalar(tenant, "SELECT row_version FROM webhooks")), "description": "ERP"}
    assert dev.post(f"/webhooks/{hook.id}", changed).status_code == 303
    dev.post(f"/webhooks/{hook.id}/test", {"key": "4"})
    assert "switched off" in dev.get(f"/webhooks/{hook.id}").text


def test_what_came_of_calls_is_said_in_the_pages_language(browser: Opens, tenant: Factory) -> None:
    dev = browser(Role.DEVELOPER)
    dev.post("/webhooks", {"key": "1", "url": "https://8.8.8.8/hook", "events": "orders:*"})
    (hook,) = rows(tenant, "SELECT id FROM webhooks")
    answers = {
        "No answer within 10 s.": "Keine Antwort in 10 s.", "HTTP 500 Oops": "HTTP 500 Oops",
        "The call failed: ConnectError.": "Der Aufruf ist gescheitert (ConnectError).",
        "Not called: the name 'erp.example' has no address.": "Nicht aufgerufen: Zum Namen erp.example gibt es keine",
        "Not called: it must begin with https://.": "Nicht aufgerufen: sie muss mit https:// beginnen.",
        "The webhook was switched off.": "Der Webhook wurde ausgeschaltet.", "The call failed.": "Der Aufruf ist",
    }  # fmt: skip
    for number, answer in enumerate(answers):
        execute(
            tenant,
            "INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, event, data, attempts, created_at, "
            "next_at, ended_at, delivered, answer) VALUES (:tenant, gen_random_uuid(), :hook, :number, "
            "'orders:placed', '{}', 1, now(), now(), now(), false, :answer)",
            tenant=tenant.id, hook=hook.id, number=str(number), answer=answer,
        )  # fmt: skip
    why = "20 calls in a row failed; the last one: No answer within 10 s."
    execute(tenant, "UPDATE webhooks SET active = false, disabled_reason = :why", why=why)
    page = words(dev.get(f"/webhooks/{hook.id}", accept_language="de").text)
    assert [told for told in answers.values() if told not in page] == []
    off = "Ausgeschaltet: 20 Aufrufe nacheinander sind gescheitert. Der letzte: Keine Antwort in 10 s."
    assert off in page
    assert off in words(dev.get("/webhooks", accept_language="de").text)


def _put_logo(client: TestClient, who: Browser, content: bytes) -> Any:
    cookie = "; ".join(f"{name}={value}" for name, value in who.jar.items())
    headers = {"cookie": cookie, "origin": "http://factory.test", "accept": "text/html"}
    return client.post("/branding/logo", files={"logo": ("logo", content)}, headers=headers)
