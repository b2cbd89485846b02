"""Who may do what: the permission vocabulary, the built-in roles' matrix, and what a narrow role sees of a list."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from models.rules.work_orders import HANDS_ON, Action


class Role(StrEnum):
    """The built-in roles; a factory may add roles of its own, made from the same permissions."""

    ADMIN = "admin"
    MANAGER = "manager"
    INVENTORY_MANAGER = "inventory_manager"
    TECHNICIAN = "technician"
    OUTSOURCED_TECHNICIAN = "outsourced_technician"
    CUSTOMER = "customer"
    VIEWER = "viewer"
    DEVELOPER = "developer"


class Permission(StrEnum):
    """One thing a person may do, written `feature:verb`; wire names are permanent."""

    PRODUCTS_READ = "products:read"
    CATALOG_READ = "catalog:read"
    CATALOG_EDIT = "catalog:edit"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_EDIT = "templates:edit"
    TEMPLATES_PUBLISH = "templates:publish"
    ORDERS_READ = "orders:read"
    ORDERS_READ_OWN = "orders:read_own"
    ORDERS_CREATE = "orders:create"
    ORDERS_CONTROL = "orders:control"
    WORK_ORDERS_READ = "work_orders:read"
    WORK_ORDERS_READ_OWN = "work_orders:read_own"
    WORK_ORDERS_ACT = "work_orders:act"
    WORK_ORDERS_WORK = "work_orders:work"
    WORK_ORDERS_CONTROL = "work_orders:control"
    WORK_ORDERS_START = "work_orders:start"
    WORK_ORDERS_PAUSE = "work_orders:pause"
    WORK_ORDERS_RESUME = "work_orders:resume"
    WORK_ORDERS_REPORT = "work_orders:report"
    WORK_ORDERS_COMPLETE = "work_orders:complete"
    WORK_ORDERS_ASSIGN = "work_orders:assign"
    WORK_ORDERS_SKIP = "work_orders:skip"
    WORK_ORDERS_REWORK = "work_orders:rework"
    WORK_ORDERS_HOLD = "work_orders:hold"
    WORK_ORDERS_RELEASE = "work_orders:release"
    WORK_ORDERS_CANCEL = "work_orders:cancel"
    STOCK_READ = "stock:read"
    STOCK_MOVE = "stock:move"
    COSTS_READ = "costs:read"
    FIGURES_READ = "figures:read"
    FILES_READ = "files:read"
    FILES_ADD = "files:add"
    COMMANDS_READ = "commands:read"
    COMMANDS_READ_OWN = "commands:read_own"
    COMMANDS_RESOLVE = "commands:resolve"
    AUDIT_READ = "audit:read"
    USERS_READ = "users:read"
    USERS_EDIT = "users:edit"
    TEAMS_EDIT = "teams:edit"
    ROLES_EDIT = "roles:edit"
    KEYS_EDIT = "keys:edit"
    STATIONS_EDIT = "stations:edit"
    WEBHOOKS_EDIT = "webhooks:edit"
    SETTINGS_EDIT = "settings:edit"


_P = Permission
# What each action on a work order or a whole job needs, wherever it is asked for.
TO_DO: dict[Action, Permission] = {action: Permission(f"work_orders:{action}") for action in Action}
# Who may see all may see their own, and who may do all of the work or steer all of it may do each action of that.
# Who may only see their own is shown no other row by the database itself.
WIDER: dict[Permission, Permission] = {
    _P.ORDERS_READ_OWN: _P.ORDERS_READ,
    _P.WORK_ORDERS_READ_OWN: _P.WORK_ORDERS_READ,
    _P.COMMANDS_READ_OWN: _P.COMMANDS_READ,
    **{TO_DO[action]: _P.WORK_ORDERS_WORK if action in HANDS_ON else _P.WORK_ORDERS_CONTROL for action in Action},
}
# Held by whoever holds any of these.
ANY_OF: dict[Permission, tuple[Permission, ...]] = {_P.WORK_ORDERS_ACT: tuple(TO_DO.values())}
# Who holds one of these can give themselves any other: administrators alone have them, and no role a factory makes.
ONLY_ADMIN = frozenset({_P.USERS_EDIT, _P.ROLES_EDIT, _P.SETTINGS_EDIT, _P.STATIONS_EDIT})
_READ_ALL = frozenset(
    {
        _P.PRODUCTS_READ,
        _P.CATALOG_READ,
        _P.TEMPLATES_READ,
        _P.ORDERS_READ,
        _P.WORK_ORDERS_READ,
        _P.STOCK_READ,
        _P.COMMANDS_READ,
        _P.FIGURES_READ,
        _P.FILES_READ,
    }
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
        _P.COSTS_READ,
        _P.FILES_ADD,
        _P.COMMANDS_RESOLVE,
        _P.AUDIT_READ,
        _P.USERS_READ,
        _P.TEAMS_EDIT,
    },
    Role.INVENTORY_MANAGER: _READ_ALL | {_P.CATALOG_EDIT, _P.STOCK_MOVE, _P.COSTS_READ, _P.FILES_ADD},
    Role.TECHNICIAN: frozenset(
        {
            _P.PRODUCTS_READ,
            _P.CATALOG_READ,
            _P.TEMPLATES_READ,
            _P.WORK_ORDERS_READ,
            _P.WORK_ORDERS_WORK,
            _P.COMMANDS_READ,
            _P.FILES_READ,
            _P.FILES_ADD,
        }
    ),
    Role.OUTSOURCED_TECHNICIAN: frozenset(
        {_P.WORK_ORDERS_READ_OWN, _P.WORK_ORDERS_WORK, _P.COMMANDS_READ_OWN, _P.FILES_READ, _P.FILES_ADD}
    ),
    Role.CUSTOMER: frozenset({_P.PRODUCTS_READ, _P.ORDERS_READ_OWN, _P.ORDERS_CREATE}),
    Role.VIEWER: frozenset({_P.FIGURES_READ}),
    Role.DEVELOPER: _READ_ALL | {_P.AUDIT_READ, _P.KEYS_EDIT, _P.WEBHOOKS_EDIT},
}

# What each permission lets somebody do, for those who make roles and those who are refused.
MEANING: dict[Permission, str] = {
    _P.PRODUCTS_READ: "See the products that can be ordered.",
    _P.CATALOG_READ: "See parts, suppliers, work centres and bills of materials.",
    _P.CATALOG_EDIT: "Add, change and import parts, products, suppliers, work centres and bills of materials.",
    _P.TEMPLATES_READ: "See how products are made: templates and their plans.",
    _P.TEMPLATES_EDIT: "Write drafts of templates.",
    _P.TEMPLATES_PUBLISH: "Publish templates, so that orders are made by them, and retire them.",
    _P.ORDERS_READ: "See every order of the factory.",
    _P.ORDERS_READ_OWN: "See the orders one has placed oneself.",
    _P.ORDERS_CREATE: "Place orders.",
    _P.ORDERS_CONTROL: "Hold, release and cancel orders.",
    _P.WORK_ORDERS_READ: "See all work on the floor: jobs and work orders.",
    _P.WORK_ORDERS_READ_OWN: "See the work orders that are assigned to oneself; comes with any right to work on them.",
    _P.WORK_ORDERS_ACT: "Open the station; what may be done there needs a permission of its own.",
    _P.WORK_ORDERS_WORK: "Do all the work of a work order: start, pause, resume, report and complete.",
    _P.WORK_ORDERS_CONTROL: "Steer all work: assign, hold, release, skip, cancel and send back, and act for others.",
    _P.WORK_ORDERS_START: "Start work orders that are one's own, or nobody's where one sees all work.",
    _P.WORK_ORDERS_PAUSE: "Pause one's running work.",
    _P.WORK_ORDERS_RESUME: "Go on with one's paused work.",
    _P.WORK_ORDERS_REPORT: "Count pieces of one's running work.",
    _P.WORK_ORDERS_COMPLETE: "Finish one's work.",
    _P.WORK_ORDERS_ASSIGN: "Give work orders to people and teams.",
    _P.WORK_ORDERS_SKIP: "Leave out optional steps.",
    _P.WORK_ORDERS_REWORK: "Send finished work back for another attempt.",
    _P.WORK_ORDERS_HOLD: "Hold work orders and whole jobs.",
    _P.WORK_ORDERS_RELEASE: "Release work orders and whole jobs that are on hold.",
    _P.WORK_ORDERS_CANCEL: "Cancel work orders and whole jobs.",
    _P.STOCK_READ: "See what is in stock and how it moved.",
    _P.STOCK_MOVE: "Receive, issue, adjust and count stock.",
    _P.COSTS_READ: "See what things and hours cost.",
    _P.FIGURES_READ: "See the factory's figures, without names.",
    _P.FILES_READ: "Open attached files.",
    _P.FILES_ADD: "Attach files.",
    _P.COMMANDS_READ: "See what everybody asked of the floor and what became of it.",
    _P.COMMANDS_READ_OWN: "See what one asked of the floor oneself and what became of it.",
    _P.COMMANDS_RESOLVE: "Take refused commands off the list of exceptions.",
    _P.AUDIT_READ: "Read the audit trail.",
    _P.USERS_READ: "See the factory's people, their teams and skills.",
    _P.USERS_EDIT: "Add, change, deactivate and erase people, and give them roles.",
    _P.TEAMS_EDIT: "Make teams and skills, and say who belongs to them and who is certified.",
    _P.ROLES_EDIT: "Make roles of the factory's own.",
    _P.KEYS_EDIT: "Make and revoke API keys.",
    _P.STATIONS_EDIT: "Set up the shared screens of the floor.",
    _P.WEBHOOKS_EDIT: "Say which other programs are told what happens.",
    _P.SETTINGS_EDIT: "Change what holds for the whole factory.",
}


def held(role: str, custom: Collection[str] | None, scopes: Collection[str] | None = None) -> frozenset[Permission]:
    """Return the permissions of a role's name: the built-in ones, else those of the factory's own role.

    An unknown role holds nothing. Whoever may lay hands on work sees what is theirs. The scopes of an API key take
    away, they never add; words this version does not know are passed over.
    """
    if role in {built_in.value for built_in in Role}:
        permissions = MATRIX[Role(role)]
    else:
        permissions = known(custom or ()) - ONLY_ADMIN
        if works(permissions) and not may(permissions, Permission.WORK_ORDERS_READ):
            permissions |= {Permission.WORK_ORDERS_READ_OWN}
    if scopes is None:
        return permissions
    named = known(scopes)
    return frozenset({one for one in named if may(permissions, one)} | {one for one in permissions if may(named, one)})


def may(permissions: Collection[Permission], permission: Permission) -> bool:
    """Tell whether a permission is among those held, or a wider one is."""
    if permission in permissions or WIDER.get(permission) in permissions:
        return True
    return any(may(permissions, each) for each in ANY_OF.get(permission, ()))


def works(permissions: Collection[Permission]) -> bool:
    """Tell whether somebody may lay hands on work, by whichever action."""
    return any(may(permissions, TO_DO[action]) for action in HANDS_ON)


def acts_for_others(permissions: Collection[Permission], action: Action) -> bool:
    """Tell whether somebody may take an action on work that is not theirs; hands are laid on one's own."""
    needed = Permission.WORK_ORDERS_CONTROL if action in HANDS_ON else TO_DO[action]
    return may(permissions, needed)


def known(words: Collection[str]) -> frozenset[Permission]:
    """Return the permissions among some words."""
    vocabulary = {permission.value: permission for permission in Permission}
    return frozenset(vocabulary[word] for word in words if word in vocabulary)


def grid(roles: Mapping[str, Collection[Permission]]) -> dict[Permission, tuple[str, ...]]:
    """Return for each permission the roles that may do it, by holding it or a wider one, in the order given."""
    return {
        permission: tuple(name for name, permissions in roles.items() if may(permissions, permission))
        for permission in Permission
    }
