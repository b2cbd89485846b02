"""The menu: what there is to go to, for those who may. A new feature adds one line."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.pages.frame.words import marked
from models.messages.access import Actor
from models.rules.access import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: `path` is where it leads, and what the addresses below it begin with."""

    path: str
    title: str
    icon: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    title: str
    places: tuple[Place, ...]


_STATION = "/station"
MENU = (
    Group(
        marked("Overview"),
        (
            Place("/dashboard", marked("Dashboard"), "layout-dashboard", Permission.FIGURES_READ),
            Place("/figures", marked("Figures"), "chart-line", Permission.FIGURES_READ),
        ),
    ),
    Group(
        marked("Shop floor"),
        (
            Place(_STATION, marked("Station"), "device-tablet", Permission.WORK_ORDERS_ACT),
            Place("/orders", marked("Orders"), "clipboard-list", Permission.ORDERS_READ_OWN),
            Place(
                "/manufacturing-orders", marked("Manufacturing orders"), "building-factory-2", Permission.ORDERS_READ
            ),
            Place("/jobs", marked("Jobs"), "hierarchy-2", Permission.WORK_ORDERS_READ),
            Place("/work-orders", marked("Work orders"), "list-check", Permission.WORK_ORDERS_READ_OWN),
            Place("/exceptions", marked("Exceptions"), "hand-stop", Permission.COMMANDS_RESOLVE),
        ),
    ),
    Group(marked("Preparation"), (Place("/templates", marked("Templates"), "route", Permission.TEMPLATES_READ),)),
    Group(
        marked("Catalog"),
        (
            Place("/products", marked("Products"), "box", Permission.PRODUCTS_READ),
            Place("/parts", marked("Parts"), "packages", Permission.CATALOG_READ),
            Place("/suppliers", marked("Suppliers"), "truck-delivery", Permission.CATALOG_READ),
            Place("/work-centers", marked("Work centres"), "tools", Permission.CATALOG_READ),
            Place("/imports", marked("Imports"), "file-import", Permission.CATALOG_EDIT),
        ),
    ),
    Group(
        marked("Stock"),
        (
            Place("/stock", marked("Stock"), "building-warehouse", Permission.STOCK_READ),
            Place("/stock/shortages", marked("Shortages"), "alert-triangle", Permission.STOCK_READ),
            Place("/stock/ledger", marked("Ledger"), "history", Permission.STOCK_READ),
        ),
    ),
    Group(
        marked("Administration"),
        (
            Place("/users", marked("People"), "users", Permission.USERS_READ),
            Place("/teams", marked("Teams"), "users-group", Permission.USERS_READ),
            Place("/skills", marked("Skills"), "certificate", Permission.USERS_READ),
            Place("/roles", marked("Roles"), "table", Permission.USERS_READ),
            Place("/providers", marked("Log-in servers"), "fingerprint", Permission.SETTINGS_EDIT),
            Place("/stations", marked("Stations"), "device-desktop", Permission.STATIONS_EDIT),
            Place("/walls", marked("Wall screens"), "device-tv", Permission.STATIONS_EDIT),
        ),
    ),
    Group(
        marked("System"),
        (
            Place("/settings", marked("Settings"), "settings", Permission.SETTINGS_EDIT),
            Place("/branding", marked("Branding"), "palette", Permission.SETTINGS_EDIT),
            Place("/settings/licence", marked("Licence"), "id-badge-2", Permission.SETTINGS_EDIT),
            Place("/keys", marked("API keys"), "key", Permission.KEYS_EDIT),
            Place("/webhooks", marked("Webhooks"), "webhook", Permission.WEBHOOKS_EDIT),
            Place("/audit", marked("Audit trail"), "shield-check", Permission.AUDIT_READ),
            Place("/health", marked("Health"), "heartbeat", Permission.SETTINGS_EDIT),
        ),
    ),
)


def menu_of(actor: Actor) -> Iterator[Group]:
    """Yield the groups and entries that somebody may go to; the station has nothing for those who only steer."""
    for group in MENU:
        places = tuple(
            place for place in group.places if actor.may(place.permission) and (place.path != _STATION or actor.works)
        )
        if places:
            yield Group(group.title, places)


def place_of(path: str) -> str:
    """Return the entry an address belongs to: the longest that it begins with; empty for none."""
    paths = (place.path for group in MENU for place in group.places)
    return max((each for each in paths if path == each or path.startswith(f"{each}/")), key=len, default="")


def home_of(actor: Actor) -> str:
    """Return where somebody begins: their station, the stock they keep, the figures, or the first they may see."""
    if actor.works and not actor.may(Permission.FIGURES_READ):
        return _STATION
    if actor.may(Permission.STOCK_MOVE) and not actor.may(Permission.ORDERS_CONTROL):
        return "/stock"
    if actor.may(Permission.FIGURES_READ) and not actor.may(Permission.WORK_ORDERS_READ):
        return "/figures"
    return next((place.path for group in menu_of(actor) for place in group.places), "/welcome")
