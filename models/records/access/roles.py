"""The factory's own roles. Deleting one leaves its row, so that its name may be taken up again."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.roles import AccessMatrix, PermissionView, RoleDraft, Roles, RoleView
from models.records import audit
from models.records.refusals import Conflict, Missing, Taken, Unfit
from models.records.versioned import change, lock
from models.rules.access import MATRIX, MEANING, ONLY_ADMIN, WIDER, Permission, Role, grid, known
from models.rules.sentences import Sentence
from models.tables.access.people import CustomRole, User

_WHAT = "role"
_MOST = 100  # a list that is read whole stays one that can be read
_BUILT_IN = tuple(
    RoleView(
        id=None, name=role.value, title=role.value.replace("_", " ").capitalize(), built_in=True,
        permissions=tuple(sorted(permissions)), row_version=None,
    )
    for role, permissions in MATRIX.items()
)  # fmt: skip


def roles(session: Session) -> Roles:
    """Return every role there is."""
    own = session.scalars(select(CustomRole).where(col(CustomRole.active).is_(True)).order_by(col(CustomRole.name)))
    return Roles(items=(*_BUILT_IN, *map(_view, own)))


def role(session: Session, identity: UUID) -> RoleView:
    """Return one of the factory's own roles. Raises Missing."""
    row = session.get(CustomRole, identity)
    if row is None or not row.active:
        raise Missing(_WHAT, identity)
    return _view(row)


def matrix(session: Session | None) -> AccessMatrix:
    """Return who may do what; without a session the built-in roles alone."""
    every = roles(session).items if session is not None else _BUILT_IN
    holders = grid({one.name: one.permissions for one in every})
    return AccessMatrix(
        roles=tuple(one.name for one in every),
        permissions=tuple(
            PermissionView(
                name=permission, meaning=MEANING[permission], only_administrators=permission in ONLY_ADMIN,
                included_in=WIDER.get(permission), roles=holders[permission],
            )
            for permission in Permission
        ),
    )  # fmt: skip


def create_role(session: Session, actor: Actor, draft: RoleDraft) -> RoleView:
    """Make a role. Raises Taken, Unfit for what only administrators may hold, Conflict beyond a hundred."""
    _check_permissions(draft)
    if draft.name in {built_in.value for built_in in Role}:
        raise Taken(_WHAT, draft.name)
    named = select(CustomRole).where(col(CustomRole.name) == draft.name).with_for_update()
    row = session.scalars(named).first()
    if row is not None and row.active:
        raise Taken(_WHAT, draft.name)
    count = select(func.count()).select_from(CustomRole).where(col(CustomRole.active).is_(True))
    if session.execute(count).scalar_one() >= _MOST:
        raise Conflict(Sentence("There are {most} roles already; delete one that nobody needs.", most=_MOST))
    words = [permission.value for permission in draft.permissions]
    if row is None:
        row = CustomRole(tenant_id=actor.tenant_id, name=draft.name, title=draft.title, permissions=words)
        session.add(row)
        session.flush()
    else:
        change(session, row, {"title": draft.title, "permissions": words, "active": True})
    _tell(session, actor, "created", row, None)
    return _view(row)


def change_role(session: Session, actor: Actor, identity: UUID, draft: RoleDraft, expected: int) -> RoleView:
    """Replace a role's title and permissions, for all who hold it at once. Raises Missing, Stale, Unfit, Conflict."""
    _check_permissions(draft)
    row = _lock(session, identity, expected)
    if draft.name != row.name:
        raise Conflict("A role keeps its name for ever; make a new role instead.")
    before = _told(row)
    values = {"title": draft.title, "permissions": [permission.value for permission in draft.permissions]}
    if change(session, row, values):
        _tell(session, actor, "updated", row, before)
    return _view(row)


def delete_role(session: Session, actor: Actor, identity: UUID, expected: int) -> RoleView:
    """Take a role away. Raises Missing, Stale, and Conflict while people have it."""
    row = _lock(session, identity, expected)
    holders = select(func.count()).select_from(User).where(col(User.role) == row.name)
    count = session.execute(holders.where(col(User.active).is_(True))).scalar_one()
    if count:
        raise Conflict(
            Sentence("One person has the role '{role}'; give them another one first.", role=row.name)
            if count == 1
            else Sentence(
                "{count} people have the role '{role}'; give them another one first.", count=count, role=row.name
            )
        )
    before = _told(row)
    change(session, row, {"active": False})
    _tell(session, actor, "deleted", row, before)
    return _view(row)


def _lock(session: Session, identity: UUID, expected: int) -> CustomRole:
    row = lock(session, CustomRole, _WHAT, identity, expected)
    if not row.active:
        raise Missing(_WHAT, identity)
    return row


def _check_permissions(draft: RoleDraft) -> None:
    beyond = sorted(set(draft.permissions) & ONLY_ADMIN)
    if beyond:
        raise Unfit(
            Sentence(
                "Administrators alone may hold {permissions}: whoever has it can give themselves everything else.",
                permissions=", ".join(beyond),
            ),
            "/permissions",
        )


def _view(row: CustomRole) -> RoleView:
    return RoleView(
        id=row.id, name=row.name, title=row.title, built_in=False,
        permissions=tuple(sorted(known(row.permissions) - ONLY_ADMIN)), row_version=row.row_version,
    )  # fmt: skip


def _told(row: CustomRole) -> dict[str, Any]:
    return {"name": row.name, "permissions": sorted(row.permissions)}


def _tell(session: Session, actor: Actor, verb: str, row: CustomRole, before: dict[str, Any] | None) -> None:
    audit.record(
        session, tenant_id=actor.tenant_id, action=f"roles:{verb}", module="access", actor_id=actor.user_id,
        subject_id=row.id, before=before, after=_told(row),
    )  # fmt: skip


def check_role(session: Session, name: str, pointer: str = "/role") -> list[str] | None:
    """Return the permissions of a factory's own role, None for a built-in one. Raises Unfit for neither.

    The role cannot be deleted before this transaction ends.
    """
    if name in {role.value for role in Role}:
        return None
    statement = select(col(CustomRole.permissions)).where(col(CustomRole.name) == name, col(CustomRole.active))
    permissions = session.scalars(statement.with_for_update(read=True)).first()
    if permissions is None:
        raise Unfit(Sentence("There is no role '{role}'; GET /api/v1/roles lists those there are.", role=name), pointer)
    return permissions
