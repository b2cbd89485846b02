"""API keys and the service accounts made with them. A key's secret is shown once and kept as a digest."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from models.connections.ids import new_id
from models.connections.secrets import digest, new_secret
from models.messages.access import Actor
from models.messages.api_keys import KeyDraft, KeyFilters, KeyMade, KeyView, ServiceAccountDraft
from models.messages.paging import Page
from models.records import audit
from models.records.access.roles import check_role
from models.records.paging import Listing, page
from models.records.refusals import Conflict, Taken, Unfit, found
from models.rules.access import Permission, held, known, may
from models.rules.sentences import Sentence
from models.tables.access.credentials import ApiKey
from models.tables.access.people import User
from models.tables.base import utc_now

PREFIX = "fos_"
_WHAT, _MODULE = "key", "access"
_LISTING = Listing(
    "keys", ApiKey.id, sorts={"created_at": ApiKey.created_at, "name": ApiKey.name}, search=(ApiKey.name,)
)


def keys(session: Session, actor: Actor, filters: KeyFilters) -> Page[KeyView]:
    """Return one page of keys: one's own, or everybody's for who may edit users."""
    statement = _visible(actor)
    if filters.revoked is not None:
        statement = statement.where(col(ApiKey.revoked_at).is_not(None) == filters.revoked)

    def shown(row: Row[Any]) -> KeyView:
        return _view(row.ApiKey, row.User)

    return page(session, statement, _LISTING, filters, shown)


def create_key(session: Session, actor: Actor, draft: KeyDraft) -> KeyMade:
    """Make a key for oneself or for a new service account.

    Raises Unfit for scopes beyond the creator's own permissions, beyond the account's role, and for an end in the past;
    Taken for an account's name that is in use.
    """
    if draft.expires_at is not None and draft.expires_at <= utc_now():
        raise Unfit("A key must not have expired when it is made.", "/expires_at")
    _check_scopes(draft.scopes, actor.permissions)
    owner = found("user", actor.user_id, session.get(User, actor.user_id))
    if draft.service_account is not None:
        owner = _service_account(session, actor, draft.service_account)
        permissions = held(owner.role, check_role(session, owner.role, "/service_account/role"))
        _check_scopes(draft.scopes, permissions, owner.role)
    secret = new_secret()
    row = ApiKey(
        id=new_id(), tenant_id=actor.tenant_id, name=draft.name, secret_hash=digest(secret), user_id=owner.id,
        scopes=[scope.value for scope in draft.scopes], per_minute=draft.per_minute, created_by=actor.user_id,
        expires_at=draft.expires_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _tell(session, actor, "created", row)
    return _made(row, owner, secret)


def rotate_key(session: Session, actor: Actor, identity: UUID) -> KeyMade:
    """Give a key a new secret; the old one stops working at once.

    Raises Missing, Conflict for a revoked or expired key and for one of another person, and Unfit for scopes beyond
    one's own permissions: whoever sees the secret can use it.
    """
    row, owner = _locked(session, actor, identity)
    if owner.id != actor.user_id and owner.kind != "service":
        raise Conflict("Only its owner can renew a person's key; you can revoke it.")
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= utc_now()):
        raise Conflict("This key has ended; make a new one.")
    _check_scopes(known(row.scopes), actor.permissions)
    secret = new_secret()
    row.secret_hash = digest(secret)
    session.flush()
    _tell(session, actor, "rotated", row)
    return _made(row, owner, secret)


def revoke_key(session: Session, actor: Actor, identity: UUID) -> KeyView:
    """End a key at once and for ever; a key that had ended stays as it was. Raises Missing."""
    row, owner = _locked(session, actor, identity)
    if row.revoked_at is None:
        row.revoked_at = utc_now()
        session.flush()
        _tell(session, actor, "revoked", row)
    return _view(row, owner)


def _visible(actor: Actor) -> Select[ApiKey, User]:
    statement = select(ApiKey, User).join(User, col(User.id) == col(ApiKey.user_id))
    return statement if actor.may(Permission.USERS_EDIT) else statement.where(col(ApiKey.user_id) == actor.user_id)


def _locked(session: Session, actor: Actor, identity: UUID) -> tuple[ApiKey, User]:
    statement = _visible(actor).where(col(ApiKey.id) == identity).with_for_update(of=ApiKey)
    row: tuple[ApiKey, User] = found(_WHAT, identity, session.execute(statement).first())
    return row


def _check_scopes(
    scopes: tuple[Permission, ...] | frozenset[Permission], permissions: frozenset[Permission], role: str = ""
) -> None:
    beyond = sorted(scope for scope in scopes if not may(permissions, scope))
    if beyond:
        lacking = ", ".join(beyond)
        raise Unfit(
            Sentence(
                "The role '{role}' does not hold {permissions}; a key cannot either.", role=role, permissions=lacking
            )
            if role
            else Sentence("You do not hold {permissions}; a key cannot either.", permissions=lacking),
            "/scopes",
        )


def _service_account(session: Session, actor: Actor, draft: ServiceAccountDraft) -> User:
    if session.scalars(select(col(User.id)).where(col(User.username) == draft.username)).first():
        raise Taken("user", draft.username)
    user = User(
        id=new_id(), tenant_id=actor.tenant_id, username=draft.username, display_name=draft.name, kind="service",
        role=draft.role,
    )  # fmt: skip
    session.add(user)
    session.flush()
    audit.record(
        session, tenant_id=actor.tenant_id, action="users:created", module=_MODULE, actor_id=actor.user_id,
        subject_id=user.id, after={"kind": "service", "role": draft.role},
    )  # fmt: skip
    return user


def _tell(session: Session, actor: Actor, past: str, row: ApiKey) -> None:
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"keys:{past}", module=_MODULE, actor_id=actor.user_id,
        subject_id=row.id,
        after={
            "key": _prefix(row), "user": str(row.user_id), "scopes": row.scopes, "per_minute": row.per_minute,
            "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        },
    )  # fmt: skip


def _prefix(row: ApiKey) -> str:
    return f"{PREFIX}{row.id.hex}"


def _view(row: ApiKey, owner: User) -> KeyView:
    return KeyView.model_validate({
        **row.model_dump(exclude={"tenant_id", "secret_hash"}), "prefix": _prefix(row), "username": owner.username,
        "kind": owner.kind,
    })  # fmt: skip


def _made(row: ApiKey, owner: User, secret: str) -> KeyMade:
    return KeyMade(**_view(row, owner).model_dump(), key=f"{_prefix(row)}_{secret}")
