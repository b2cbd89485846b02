"""What is asked of the demo factory in its first fourteen days: orders and mishaps, by day and hour of the shift."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random

from models.rules.orders import OrderKind

DAYS = 14
_CUSTOMERS = ("Nordlicht Robotik", "Atelier Fontaine", "Kestrel Instruments", "Hochschule Aalen", "Brightforge Ltd",
              "Studio Pixelwerk", "Meridian Medical", "Tischlerei Brandt")  # fmt: skip
_CARLAS = "Rossi Automazione"
# Product: pieces of an order, pieces of a job, days until it is due.
_USUAL = {
    "FEEDER-8": ((10, 20, 30), 10, (3, 6)),
    "CTRL-4": ((5, 10, 15), 5, (4, 7)),
    "NOZZLE-SET": ((20, 40), 20, (2, 4)),
}
_PER_DAY = 4
_MACHINES = (0, 2, 5, 8, 11)  # days on which a whole machine is ordered
_REASONS = (
    "Drawing changed, wait for revision D",
    "Customer asked to wait for the new label",
    "Crack found in the plates",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as somebody will place it; `after` is from the beginning of the history."""

    after: timedelta
    product: str
    quantity: Decimal
    lot_size: Decimal
    due_in: timedelta
    priority: int
    kind: OrderKind
    customer: str | None
    by_carla: bool


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that keeps an order: a hold, perhaps released, or a cancellation. `order` counts placed orders."""

    after: timedelta
    order: int
    reason: str
    released_after: timedelta | None
    cancels: bool = False


def wishes(chance: Random) -> list[Wish]:
    """Return the orders of all days, in the order they are placed."""
    found = [wish for day in range(DAYS) for wish in _of_day(chance, day)]
    return sorted(found, key=lambda wish: wish.after)


def _of_day(chance: Random, day: int) -> Iterator[Wish]:
    products = [chance.choice(sorted(_USUAL)) for _ in range(_PER_DAY)]
    if day in _MACHINES:
        yield _wish(chance, day, "PNP-V2", (Decimal(1), Decimal(1)), (5, 8))
    for product in products:
        pieces, lot, days = _USUAL[product]
        yield _wish(chance, day, product, (Decimal(chance.choice(pieces)), Decimal(lot)), days)


def _wish(chance: Random, day: int, product: str, pieces: tuple[Decimal, Decimal], days: tuple[int, int]) -> Wish:
    hour = timedelta(minutes=chance.randrange(20, 400))
    by_carla = product != "PNP-V2" and chance.random() < 0.15  # noqa: PLR2004 - every seventh or so
    for_stock = not by_carla and chance.random() < 0.25  # noqa: PLR2004 - a quarter
    return Wish(
        after=timedelta(days=day) + hour, product=product, quantity=pieces[0], lot_size=pieces[1],
        due_in=timedelta(hours=24 * chance.randint(*days) - 2), priority=chance.choice((2, 3, 3, 3, 4)),
        kind=OrderKind.STOCK if for_stock else OrderKind.CUSTOMER,
        customer=None if for_stock else _CARLAS if by_carla else chance.choice(_CUSTOMERS), by_carla=by_carla,
    )  # fmt: skip


def mishaps() -> list[Mishap]:
    """Return what goes wrong, by the number of the order it befalls."""
    hours = timedelta(hours=5)
    return [
        Mishap(timedelta(days=2, hours=6), 6, _REASONS[0], timedelta(hours=20)),
        Mishap(timedelta(days=4, hours=3), 16, "The customer withdrew the order", None, cancels=True),
        Mishap(timedelta(days=7, hours=2), 28, _REASONS[2], timedelta(hours=26)),
        Mishap(timedelta(days=9, hours=5), 37, "Ordered twice by mistake", None, cancels=True),
        Mishap(timedelta(days=12, hours=1), 48, _REASONS[1], None),
        Mishap(timedelta(days=13) + hours, 53, _REASONS[2], None),
    ]
