"""What the command menu offers beside what is found: places to go to, things to begin, how pages look."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.pages.frame.navigation import menu_of
from api.pages.frame.screen import Screen
from api.pages.frame.words import marked
from models.messages.access import Actor
from models.rules.access import Permission


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the menu: it leads to `path`, or presses the button of the form with the id `form`."""

    title: str
    icon: str
    path: str = ""
    form: str = ""
    also: str = ""  # other words it is found by


_BEGIN = (
    (Permission.ORDERS_CREATE, Command(marked("New order"), "plus", "/orders/new", also=marked("place add create"))),
)
_ALWAYS = (
    Command(marked("Switch to light"), "sun", form="theme-light", also=marked("theme colours day")),
    Command(marked("Switch to dark"), "moon", form="theme-dark", also=marked("theme colours night")),
    Command(marked("Follow the system's colours"), "sun-moon", form="theme-auto", also=marked("theme automatic")),
    Command(marked("Log out"), "logout", form="log-out", also=marked("sign off leave")),
)
_GO_TO = marked("Go to %(place)s")


def commands(screen: Screen, actor: Actor, words: str) -> tuple[Command, ...]:
    """Return the commands whose words begin with each word looked for, in the person's language; all without any."""
    wanted = words.casefold().split()
    return tuple(one for one in _all(screen, actor) if _fits(one, wanted))


def _all(screen: Screen, actor: Actor) -> Iterator[Command]:
    for permission, command in _BEGIN:
        if actor.may(permission):
            yield _said(screen, command)
    for group in menu_of(actor):
        for place in group.places:
            yield Command(screen.words(_GO_TO, place=screen.words(place.title)), place.icon, place.path)
    for command in _ALWAYS:
        yield _said(screen, command)


def _said(screen: Screen, one: Command) -> Command:
    return Command(screen.words(one.title), one.icon, one.path, one.form, screen.words(one.also))


def _fits(command: Command, wanted: list[str]) -> bool:
    there = f"{command.title} {command.also}".casefold().split()
    return all(any(word.startswith(one) for word in there) for one in wanted)
