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


MENU = (
    Group(marked("Overview"), (Place("/dashboard", marked("Dashboard"), "layout-dashboard", Permission.FIGURES_READ),)),
    Group(
        marked("Shop floor"),
        (
            Place("/station", marked("Station"), "device-tablet", Permission.WORK_ORDERS_WORK),
            Place("/work-orders", marked("Work orders"), "list-check", Permission.WORK_ORDERS_READ_OWN),
            Place("/jobs", marked("Jobs"), "hierarchy-2", Permission.WORK_ORDERS_READ),
            Place("/orders", marked("Orders"), "clipboard-list", Permission.ORDERS_READ_OWN),
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
        marked("Catalog"),
        (
            Place("/products", marked("Products"), "box", Permission.PRODUCTS_READ),
            Place("/parts", marked("Parts"), "packages", Permission.CATALOG_READ),
            Place("/suppliers", marked("Suppliers"), "truck-delivery", Permission.CATALOG_READ),
            Place("/work-centers", marked("Work centres"), "building-factory-2", Permission.CATALOG_READ),
            Place("/imports", marked("Imports"), "file-import", Permission.CATALOG_EDIT),
        ),
    ),
)


def menu_of(actor: Actor) -> Iterator[Group]:
    """Yield the groups and entries that somebody may go to."""
    for group in MENU:
        places = tuple(place for place in group.places if actor.may(place.permission))
        if places:
            yield Group(group.title, places)


def place_of(path: str) -> str:
    """Return the entry an address belongs to: the longest that it begins with; empty for none."""
    paths = (place.path for group in MENU for place in group.places)
    return max((each for each in paths if path == each or path.startswith(f"{each}/")), key=len, default="")


def home_of(actor: Actor) -> str:
    """Return where somebody begins: at their station, at the stock they keep, everybody else at their first entry."""
    if actor.may(Permission.WORK_ORDERS_WORK) and not actor.may(Permission.FIGURES_READ):
        return "/station"
    if actor.may(Permission.STOCK_MOVE) and not actor.may(Permission.ORDERS_CONTROL):
        return "/stock"
    return next((place.path for group in menu_of(actor) for place in group.places), "/welcome")
