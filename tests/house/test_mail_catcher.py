"""The mail catcher as a child of the local stack, and what a person sees of it."""

import smtplib
from email.message import EmailMessage

from deploy.stack.plan import Plan, make_plan
from deploy.stack.ports import choose
from deploy.stack.state import State
from deploy.stack.supervisor import Supervisor
from tests.house.test_stack_commands import factoryos, status_of_the_well
from tests.stack import fresh_home


def _send(plan: Plan, subject: str, words: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@example.com", "you@example.com", subject
    message.set_content(words)
    with smtplib.SMTP("127.0.0.1", plan.ports.mail) as client:
        client.send_message(message)


def test_the_stack_catches_mail_names_the_catcher_in_its_status_and_prints_what_came() -> None:
    with fresh_home() as home:
        state = State(home)
        state.create()
        plan = make_plan(state, choose({}, auto=True), {})
        (catcher,) = [child for child in plan.servers if child.name == "mail"]
        supervisor = Supervisor(state.run_file, print, {})
        try:
            supervisor.start(catcher)
            assert "No mail" in factoryos(home, "mail").output
            _send(plan, "First", "one")
            _send(plan, "Second", "the words\nof the second")
            status = status_of_the_well(home)
            assert f"127.0.0.1:{plan.ports.mail}" in status.output
            listed = factoryos(home, "mail")
            assert [line.split()[-1] for line in listed.output.strip().splitlines()] == ["First", "Second"]
            shown = factoryos(home, "mail", "--last")
            assert "Subject: Second" in shown.output
            assert "the words\nof the second" in shown.output
        finally:
            supervisor.stop()


def test_only_the_newest_five_hundred_messages_are_kept() -> None:
    with fresh_home() as home:
        state = State(home)
        state.create()
        plan = make_plan(state, choose({}, auto=True), {})
        supervisor = Supervisor(state.run_file, print, {})
        try:
            supervisor.start(*(child for child in plan.servers if child.name == "mail"))
            for number in range(502):
                (home / "mail" / f"0000-{number:03d}.eml").touch()
            _send(plan, "Newest", "here")
        finally:
            supervisor.stop()
        kept = sorted(path.name for path in (home / "mail").glob("*.eml"))
        assert len(kept) == 500
        assert kept[0] == "0000-003.eml"
        assert not list((home / "mail").glob("*.part"))


def test_a_mail_server_that_the_environment_names_is_used_instead_of_a_catcher() -> None:
    with fresh_home() as home:
        state = State(home)
        state.create()
        plan = make_plan(state, choose({}, auto=True), {"SMTP_URL": "smtps://mail.example.com"})
        assert "mail" not in {child.name for child in plan.servers}
        assert plan.environment["SMTP_URL"] == "smtps://mail.example.com"
