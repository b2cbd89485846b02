"""Bound to another factory, nothing that opens a door here finds, opens or changes anything."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from models.messages.invitations import InvitationDraft, InvitationFilters
from models.messages.mail import PasswordCodeLetter
from models.messages.stations import StationDraft, StationFilters
from models.records import mail
from models.records.access import invitations, own_password, own_pin, own_second_factor, stations
from models.records.refusals import InvitationRefused, Missing, Refusal, ResetRefused, StationUnknown
from tests.factories import Factory

STATION = StationDraft(code="MECH-1", name="x")
FACTS = """
    SELECT (SELECT json_agg(i) FROM invitations i)::text, (SELECT json_agg(s) FROM stations s)::text,
           (SELECT json_agg(u) FROM users u)::text, (SELECT json_agg(o) FROM outbox o)::text,
           (SELECT json_agg(c) FROM one_time_codes c)::text
"""


@pytest.fixture
def ours(tenant: Factory) -> dict[str, Any]:
    """One of each kind in this factory."""
    admin, person = tenant.actor(), tenant.actor("manager")
    with tenant.begin() as session:
        invited = invitations.invite(session, admin, InvitationDraft(email="a@example.com", role="viewer"))
        station = stations.create_station(session, admin, STATION)
        own_second_factor.start(session, person)
        session.execute(text("UPDATE users SET email = 'maria@example.com' WHERE id = :id"), {"id": person.user_id})
        letter = PasswordCodeLetter(username="maria", code="123456", minutes=10)
        mail.post(session, tenant_id=tenant.id, key="x", to="b@example.com", letter=letter)
    own_password.mail_code(tenant.id, "manager")
    return {"invitation": invited.id, "station": station.id, "token": station.token, "person": person.user_id}


LISTS: dict[str, Callable[[Session], Any]] = {
    "invitations": lambda s: invitations.invitations(s, InvitationFilters()).items,
    "stations": lambda s: stations.stations(s, StationFilters()).items,
    "mail": lambda s: mail.claim(s, 10),
}
REFUSED: dict[str, tuple[type[Refusal], Callable[[Session, Factory, dict[str, Any]], Any]]] = {
    "revoke": (Missing, lambda s, f, o: invitations.revoke(s, f.actor(), o["invitation"])),
    "accept": (InvitationRefused, lambda s, _f, o: invitations.accept(
        s, o["token"], username="x", display_name="x", password_hash="x"
    )),
    "station": (Missing, lambda s, _f, o: stations.station(s, o["station"])),
    "change": (Missing, lambda s, f, o: stations.change_station(s, f.actor(), o["station"], STATION, 1)),
    "deactivate": (Missing, lambda s, f, o: stations.deactivate_station(s, f.actor(), o["station"], 1)),
    "rotate": (Missing, lambda s, f, o: stations.rotate_token(s, f.actor(), o["station"], 1)),
    "make room": (StationUnknown, lambda s, f, o: stations.make_room(s, stations.Known(f.id, o["station"]))),
    "set PIN": (Missing, lambda s, f, o: own_pin.set_pin(s, f.actor(), o["person"], "x")),
    "reset second factor": (Missing, lambda s, f, o: own_second_factor.reset_for(s, f.actor(), o["person"])),
}  # fmt: skip


def facts(factory: Factory) -> Any:
    with factory.read() as session:
        return session.execute(text(FACTS)).one()


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_nothing_of_another_factory(tenant: Factory, other_tenant: Factory, name: str) -> None:
    with other_tenant.begin() as session:
        assert list(LISTS[name](session)) == []
    with tenant.begin() as session:
        assert list(LISTS[name](session)) != []
        session.rollback()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_another_factorys_is_neither_found_nor_changed(
    tenant: Factory, other_tenant: Factory, ours: dict[str, Any], name: str
) -> None:
    before = facts(tenant)
    refusal, act = REFUSED[name]
    with pytest.raises(refusal), other_tenant.begin() as session:
        act(session, other_tenant, ours)
    assert facts(tenant) == before


@pytest.mark.usefixtures("ours")
def test_a_code_of_one_factory_opens_nothing_in_another(tenant: Factory, other_tenant: Factory) -> None:
    with tenant.read() as session:
        query = "SELECT data->'letter'->>'code' FROM outbox WHERE key LIKE 'mail:password_code:%'"
        code = session.execute(text(query)).scalar_one()
    with pytest.raises(ResetRefused):
        own_password.reset(other_tenant.id, "manager", code, "over the red moon")
    own_password.reset(tenant.id, "manager", code, "over the red moon")
