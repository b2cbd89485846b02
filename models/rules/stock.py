"""Where stock can be and how it moves."""

from enum import StrEnum


class Location(StrEnum):
    """A place stock is moved between; only `stock` is real, the others are the world around it."""

    STOCK = "stock"
    PRODUCTION = "production"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    SCRAP = "scrap"
    ADJUSTMENT = "adjustment"


class MoveKind(StrEnum):
    """Why stock moved; wire names are permanent."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    RETURN = "return"
    PRODUCE = "produce"
    SCRAP = "scrap"
    ADJUST = "adjust"
    SHIP = "ship"


ROUTES: dict[MoveKind, tuple[Location, Location]] = {
    MoveKind.RECEIPT: (Location.SUPPLIER, Location.STOCK),
    MoveKind.ISSUE: (Location.STOCK, Location.PRODUCTION),
    MoveKind.RETURN: (Location.PRODUCTION, Location.STOCK),
    MoveKind.PRODUCE: (Location.PRODUCTION, Location.STOCK),
    MoveKind.SCRAP: (Location.STOCK, Location.SCRAP),
    MoveKind.ADJUST: (Location.ADJUSTMENT, Location.STOCK),
    MoveKind.SHIP: (Location.STOCK, Location.CUSTOMER),
}
