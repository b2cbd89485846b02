"""Who may do what: the permission vocabulary and the built-in roles' matrix."""

from enum import StrEnum


class Role(StrEnum):
    """The built-in roles of a tenant."""

    ADMIN = "admin"
    MANAGER = "manager"
    INVENTORY_MANAGER = "inventory_manager"
    TECHNICIAN = "technician"
    CUSTOMER = "customer"
    VIEWER = "viewer"
    DEVELOPER = "developer"


class Permission(StrEnum):
    """One thing a person may do, written `feature:verb`; wire names are permanent."""

    CATALOG_READ = "catalog:read"
    CATALOG_EDIT = "catalog:edit"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_EDIT = "templates:edit"
    TEMPLATES_PUBLISH = "templates:publish"
    ORDERS_READ = "orders:read"
    ORDERS_CREATE = "orders:create"
    ORDERS_CONTROL = "orders:control"
    WORK_ORDERS_READ = "work_orders:read"
    WORK_ORDERS_WORK = "work_orders:work"
    WORK_ORDERS_CONTROL = "work_orders:control"
    STOCK_READ = "stock:read"
    STOCK_MOVE = "stock:move"
    COMMANDS_READ = "commands:read"
    COMMANDS_RESOLVE = "commands:resolve"
    AUDIT_READ = "audit:read"


_P = Permission
_READ_ALL = frozenset(
    {_P.CATALOG_READ, _P.TEMPLATES_READ, _P.ORDERS_READ, _P.WORK_ORDERS_READ, _P.STOCK_READ, _P.COMMANDS_READ}
)

MATRIX: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: _READ_ALL
    | {
        _P.CATALOG_EDIT,
        _P.TEMPLATES_EDIT,
        _P.TEMPLATES_PUBLISH,
        _P.ORDERS_CREATE,
        _P.ORDERS_CONTROL,
        _P.WORK_ORDERS_WORK,
        _P.WORK_ORDERS_CONTROL,
        _P.COMMANDS_RESOLVE,
        _P.AUDIT_READ,
    },
    Role.INVENTORY_MANAGER: _READ_ALL | {_P.CATALOG_EDIT, _P.STOCK_MOVE},
    Role.TECHNICIAN: frozenset(
        {_P.CATALOG_READ, _P.TEMPLATES_READ, _P.WORK_ORDERS_READ, _P.WORK_ORDERS_WORK, _P.COMMANDS_READ}
    ),
    Role.CUSTOMER: frozenset({_P.CATALOG_READ, _P.ORDERS_READ, _P.ORDERS_CREATE}),
    Role.VIEWER: frozenset({_P.ORDERS_READ}),
    Role.DEVELOPER: _READ_ALL | {_P.AUDIT_READ},
}


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role holds a permission."""
    return permission in MATRIX[role]
