"""An administrator in a browser: somebody comes, is made safe, gets another role, and leaves; stations and keys."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Page, expect

from deploy.stack.plan import Plan
from models.rules.access import Role
from tests.api.running import until
from tests.browser.accessibility import violations
from tests.factories import PASSWORD, Factory
from tests.letterbox import Letterbox

Opens = Callable[..., Page]
NEW_PASSWORD = "crane over the green harbour"


def _log_in(page: Page, factory: Factory, username: str, password: str) -> None:
    page.goto("/login?with=password")
    page.locator('[name="tenant"]').evaluate("(field, slug) => { field.value = slug; }", factory.slug)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()


def _invite(boss: Page, letterbox: Letterbox) -> str:
    """Invite a technician, and return where the link in the mail leads on this server."""
    address = letterbox.address()
    boss.goto("/users")
    boss.get_by_role("link", name="Invite").click()
    boss.get_by_label("E-mail address").fill(address)
    boss.get_by_label("Role").select_option("technician")
    boss.get_by_role("button", name="Send the invitation").click()
    expect(boss.get_by_role("status")).to_contain_text("An invitation is on its way")
    expect(boss.get_by_role("row", name=re.compile(re.escape(address)))).to_contain_text("Open")
    until(lambda: letterbox.letters(address))  # the server's own relay may be carrying it at this moment
    found = re.search(r"https?://\S+/invitations/\S+", letterbox.text(address))
    assert found is not None
    return urlsplit(found[0]).path


def _set_up_second_factor(page: Page, password: str) -> str:
    """Set up the second factor as a person would who types the key; returns the seed."""
    page.goto("/me")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Show the picture to scan").click()
    expect(page.get_by_role("img", name="Picture for the authenticator app")).to_be_visible()
    assert violations(page) == []
    page.get_by_text("Cannot scan? Type this key").click()
    seed = page.locator("#seed").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".field-fault")).to_contain_text("not right")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert violations(page) == []
    return seed


def test_somebody_is_invited_made_safe_given_another_role_and_put_out(
    person: Opens, tenant: Factory, servers: Plan
) -> None:
    boss, newcomer = person(Role.ADMIN), person(None)
    newcomer.goto(_invite(boss, Letterbox(servers)))
    newcomer.get_by_label("Your name").fill("Nora Berg")
    newcomer.get_by_label("User name").fill("nora")
    newcomer.get_by_label("Password").fill(NEW_PASSWORD)
    newcomer.get_by_role("button", name="Accept the invitation").click()
    newcomer.wait_for_url("**/station")
    _set_up_second_factor(newcomer, NEW_PASSWORD)

    boss.goto("/users")
    boss.get_by_role("link", name="Nora Berg").click()
    expect(boss.get_by_role("listitem").filter(has_text="Second factor")).to_contain_text("on")
    boss.get_by_label("Role").select_option("manager")
    boss.get_by_role("button", name="Save").click()
    expect(boss.get_by_role("status")).to_contain_text("Saved.")
    newcomer.goto("/dashboard")
    expect(newcomer.get_by_role("heading", level=1)).to_be_visible()

    # An open page would hear of it and lead to the door by itself, in the middle of being asked for anew.
    newcomer.goto("about:blank")
    boss.get_by_role("button", name="Deactivate …").click()
    boss.get_by_role("button", name="Deactivate", exact=True).click()
    expect(boss.get_by_role("button", name="Activate again")).to_be_visible()
    newcomer.goto("/dashboard")
    newcomer.wait_for_url("**/login?next=*")
    _log_in(newcomer, tenant, "nora", NEW_PASSWORD)
    expect(newcomer.get_by_role("alert")).to_contain_text("The user name or the password is wrong.")


def test_a_person_is_erased_only_by_typing_their_name(person: Opens) -> None:
    boss = person(Role.ADMIN)
    boss.goto("/users?role=viewer")
    boss.get_by_role("link", name="The viewer").click()
    for typed, told in (("somebody", "Type the user name exactly"), ("viewer", "The person is erased")):
        boss.get_by_role("button", name="Erase …").click()
        boss.get_by_label("Type viewer to confirm").fill(typed)
        boss.get_by_role("button", name="Erase for ever").click()
        expect(boss.locator(".note").first).to_contain_text(told)
    expect(boss.get_by_role("heading", level=1)).to_have_text("Erased person")


def _step_up(page: Page, pin: str) -> None:
    page.get_by_role("radio", name="The technician").check(force=True)
    page.get_by_label("PIN").fill(pin)
    page.get_by_role("button", name="Go", exact=True).click()


def test_a_device_is_bound_and_people_change_there_by_pin(person: Opens, tenant: Factory) -> None:
    boss = person(Role.ADMIN)
    boss.goto("/users?role=technician")
    boss.get_by_role("link", name="The technician").click()
    boss.get_by_role("button", name="Set or clear …").click()
    boss.get_by_label("New PIN").fill("4711")
    boss.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(boss.get_by_role("status")).to_contain_text("The PIN is set.")

    boss.goto("/stations/new")
    boss.get_by_label("Name", exact=True).fill("Screen at the bench")
    boss.get_by_label("Code", exact=True).fill("BENCH-1")
    boss.get_by_role("button", name="Set it up").click()
    boss.get_by_role("button", name="Bind this device").click()
    expect(boss.get_by_role("status").first).to_contain_text("This device is now BENCH-1.")
    boss.get_by_role("button", name="Log out").click()
    expect(boss.get_by_role("heading", name="Screen at the bench")).to_be_visible()
    _step_up(boss, "1234")
    expect(boss.get_by_role("alert")).to_contain_text("The PIN is wrong.")
    _step_up(boss, "4711")
    boss.wait_for_url("**/station")
    assert boss.goto("/me").status == 403, "nobody changes their account at a shared screen"  # type: ignore[union-attr]
    boss.goto("/station/door")
    assert violations(boss) == []
    boss.get_by_role("link", name="Log in with a password").click()
    _log_in(boss, tenant, "admin", PASSWORD)
    boss.wait_for_url("**/dashboard")


def test_a_role_is_made_by_keyboard_alone(person: Opens) -> None:
    boss = person(Role.ADMIN)
    boss.goto("/roles/new?from=technician")
    boss.get_by_label("Name", exact=True).focus()
    boss.keyboard.type("Shift lead")
    boss.keyboard.press("Tab")
    boss.keyboard.type("shift_lead")
    boss.keyboard.press("Enter")
    boss.wait_for_url("**/roles")
    expect(boss.get_by_role("link", name="Shift lead")).to_be_visible()


def test_a_key_is_shown_once_and_copied(person: Opens) -> None:
    boss = person(Role.ADMIN)
    boss.context.grant_permissions(["clipboard-read", "clipboard-write"])
    boss.goto("/keys/new")
    boss.get_by_label("Name", exact=True).fill("Export to the ERP")
    boss.locator('[name="scopes"]').first.check()
    boss.get_by_role("button", name="Make the key").click()
    shown = boss.get_by_label("Key", exact=True).input_value()
    assert shown.startswith("fos_")
    assert violations(boss) == []
    boss.get_by_role("button", name="Copy").click()
    expect(boss.get_by_role("button", name="Copied")).to_be_visible()
    assert boss.evaluate("navigator.clipboard.readText()") == shown
    boss.get_by_role("link", name="I have kept it").click()
    expect(boss.get_by_role("row", name=re.compile("Export to the ERP"))).to_contain_text("Works")
    assert shown not in boss.content()
