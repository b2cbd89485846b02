"""A way back in for somebody locked out, for whoever has the machine and therefore the database anyway."""

from uuid import UUID

from models.connections.postgres import begin
from models.connections.settings import settings
from models.records.access import users
from models.records.access.log_in import tenant_of
from models.records.access.passwords import hash_password


class UnknownPerson(Exception):  # noqa: N818 - names the refusal
    """Nobody active bears the name."""


class WhichFactory(Exception):  # noqa: N818 - names the refusal
    """There may be several factories, and none was named; or none bears the name."""


def give_password(tenant: str | None, username: str, password: str, *, drop_second_factor: bool) -> None:
    """Give an active person a new password and end what was open. Raises UnknownPerson and WhichFactory."""
    tenant_id = _factory(tenant)
    hashed = hash_password(password)
    with begin(tenant_id) as session:
        row = users.named(session, username)
        if row is None:
            raise UnknownPerson(f"There is no active person called {username}.")
        users.take_password(session, row, hashed, drop_second_factor=drop_second_factor)


def _factory(slug: str | None) -> UUID:
    if slug is None and settings().factoryos_mode == "saas":
        raise WhichFactory("Say which factory: --tenant.")
    found = tenant_of(slug)
    if found is None:
        raise WhichFactory(f"There is no active factory called {slug}." if slug else "There is no factory here yet.")
    return found
