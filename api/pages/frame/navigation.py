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
    Group(marked("Preparation"), (Place("/templates", marked("Templates"), "route", Permission.TEMPLATES_READ),)),
)


def menu_of(actor: Actor) -> Iterator[Group]:
    """Yield the groups and entries that somebody may go to."""
    for group in MENU:
        places = tuple(place for place in group.places if actor.may(place.permission))
        if places:
            yield Group(group.title, places)


def home_of(actor: Actor) -> str:
    """Return where somebody begins: those who work at their station, everybody else at their first entry."""
    if actor.may(Permission.WORK_ORDERS_WORK) and not actor.may(Permission.FIGURES_READ):
        return "/station"
    return next((place.path for group in menu_of(actor) for place in group.places), "/welcome")
