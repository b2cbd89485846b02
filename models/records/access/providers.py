"""Identity providers as administrators edit them. The client's secret is sealed and never shown."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlmodel import Session, col

from models.connections.ids import new_id
from models.connections.outbound import AddressRefused, check, issuer_reach
from models.connections.secrets import seal, unseal
from models.messages.access import Actor
from models.messages.identity_providers import (
    OfferedProvider,
    OfferedProviders,
    ProviderDraft,
    ProviderFilters,
    ProviderView,
)
from models.messages.paging import Page
from models.records import audit
from models.records.access.roles import check_role
from models.records.paging import Listing, page
from models.records.refusals import Conflict, Missing, Taken, Unfit, found
from models.records.versioned import change, lock
from models.rules.access import Role
from models.rules.sentences import Sentence
from models.tables.access.credentials import IdentityProvider

_WHAT, _MODULE, _PURPOSE = "identity provider", "access", "identity-provider"
_LISTING = Listing(
    "identity_providers", IdentityProvider.id,
    sorts={"code": IdentityProvider.code, "created_at": IdentityProvider.created_at},
    search=(IdentityProvider.code, IdentityProvider.name),
)  # fmt: skip


def check_issuer(url: str) -> None:
    """Refuse an issuer that may not be called. Looks its name up: not inside a transaction. Raises Unfit."""
    try:
        check(url, issuer_reach())
    except AddressRefused as refusal:
        raise Unfit(Sentence("This address cannot be called: {why}.", why=refusal.args[0]), "/issuer") from refusal


def providers(session: Session, filters: ProviderFilters) -> Page[ProviderView]:
    """Return one page of providers."""
    statement = select(IdentityProvider)
    if filters.active is not None:
        statement = statement.where(col(IdentityProvider.active) == filters.active)

    def shown(row: Row[Any]) -> ProviderView:
        return _view(row.IdentityProvider)

    return page(session, statement, _LISTING, filters, shown)


def provider(session: Session, identity: UUID) -> ProviderView:
    """Return one provider. Raises Missing."""
    return _view(found(_WHAT, identity, session.get(IdentityProvider, identity)))


def offered(session: Session) -> OfferedProviders:
    """Return the providers one may log in with today."""
    statement = (
        select(IdentityProvider)
        .where(col(IdentityProvider.active).is_(True))
        .order_by(col(IdentityProvider.name), col(IdentityProvider.code))
    )
    rows = session.scalars(statement)
    return OfferedProviders(items=tuple(OfferedProvider(code=row.code, name=row.name) for row in rows))


def to_log_in_with(session: Session, code: str) -> tuple[IdentityProvider, str]:
    """Return an active provider and the secret we share with it. Raises Missing."""
    statement = select(IdentityProvider).where(
        col(IdentityProvider.code) == code, col(IdentityProvider.active).is_(True)
    )
    row = session.scalars(statement).first()
    if row is None:
        raise Missing(_WHAT, code)
    return row, unseal(row.client_secret, _PURPOSE)


def create_provider(session: Session, actor: Actor, draft: ProviderDraft) -> ProviderView:
    """Add a provider. Raises Taken, and Unfit without a secret or for an unusable role."""
    if draft.client_secret is None:
        raise Unfit("Give the secret that the provider issued for FactoryOS.", "/client_secret")
    if session.scalars(select(col(IdentityProvider.id)).where(col(IdentityProvider.code) == draft.code)).first():
        raise Taken(_WHAT, draft.code)
    _check_default_role(session, draft)
    row = IdentityProvider(
        id=new_id(), tenant_id=actor.tenant_id, **draft.model_dump(exclude={"client_secret"}),
        client_secret=seal(draft.client_secret.get_secret_value(), _PURPOSE),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _tell(session, actor, "created", row)
    return _view(row)


def change_provider(
    session: Session, actor: Actor, identity: UUID, draft: ProviderDraft, expected: int
) -> ProviderView:
    """Replace a provider's fields; without a secret the old one stays.

    Raises Missing, Stale, Unfit, and Conflict for another code or issuer: people are known by what this issuer said.
    """
    row = lock(session, IdentityProvider, _WHAT, identity, expected)
    if (draft.code, draft.issuer) != (row.code, row.issuer):
        raise Conflict("A provider keeps its code and issuer for ever; add a new one instead.")
    _check_default_role(session, draft)
    values: dict[str, Any] = draft.model_dump(exclude={"client_secret"})
    if draft.client_secret is not None:
        values["client_secret"] = seal(draft.client_secret.get_secret_value(), _PURPOSE)
    return _changed(session, actor, row, values, "updated")


def deactivate_provider(session: Session, actor: Actor, identity: UUID, expected: int) -> ProviderView:
    """Take a provider out of use; sessions that began there go on until they end. Raises Missing and Stale."""
    row = lock(session, IdentityProvider, _WHAT, identity, expected)
    return _changed(session, actor, row, {"active": False}, "deactivated")


def _check_default_role(session: Session, draft: ProviderDraft) -> None:
    if draft.default_role == Role.ADMIN:
        raise Unfit("Administrators are made by administrators, not by a provider.", "/default_role")
    if draft.default_role is not None:
        check_role(session, draft.default_role, "/default_role")


def _changed(session: Session, actor: Actor, row: IdentityProvider, values: dict[str, Any], past: str) -> ProviderView:
    if change(session, row, values):
        _tell(session, actor, past, row)
    return _view(row)


def _tell(session: Session, actor: Actor, past: str, row: IdentityProvider) -> None:
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"identity_providers:{past}", module=_MODULE,
        actor_id=actor.user_id, subject_id=row.id, after=_view(row).model_dump(mode="json"),
    )  # fmt: skip


def _view(row: IdentityProvider) -> ProviderView:
    return ProviderView.model_validate(row.model_dump(exclude={"tenant_id", "client_secret"}))
