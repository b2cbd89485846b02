"""Where found things lead: the page of each kind, as far as this house has one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote
from uuid import UUID

from fastapi.routing import APIRoute
from starlette.routing import Match

from api.pages.frame.looks import Look, status_look, work_order_look
from api.pages.frame.words import marked
from models.messages.search import Found, FoundKind
from models.rules.orders import Status
from models.rules.work_orders import WorkOrderState


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is shown: its heading and icon, and the addresses it may have, the best first."""

    title: str
    icon: str
    paths: tuple[str, ...]
    look: Callable[[str], Look] | None = None


KINDS: Mapping[FoundKind, Kind] = {
    FoundKind.ORDER: Kind(marked("Orders"), "clipboard-list", ("/orders/{id}",), status_look),
    FoundKind.MANUFACTURING_ORDER: Kind(
        marked("Manufacturing orders"), "building-factory-2", ("/manufacturing-orders/{id}", "/orders/{order_id}"),
        status_look,
    ),
    FoundKind.JOB: Kind(marked("Jobs"), "hierarchy-2", ("/jobs/{id}",), status_look),
    FoundKind.WORK_ORDER: Kind(marked("Work orders"), "list-check", ("/work-orders/{id}",), work_order_look),
    FoundKind.PRODUCT: Kind(marked("Products"), "package", ("/products/{id}", "/products?q={code}")),
    FoundKind.PART: Kind(marked("Parts"), "box", ("/parts/{id}", "/parts?q={code}", "/stock?q={code}")),
    FoundKind.TEMPLATE: Kind(marked("Templates"), "route", ("/templates/{id}", "/templates?q={code}")),
    FoundKind.SUPPLIER: Kind(marked("Suppliers"), "truck", ("/suppliers/{id}", "/suppliers?q={code}")),
    FoundKind.PERSON: Kind(marked("People"), "user", ("/users/{id}",)),
}  # fmt: skip
_STATES = frozenset(Status) | frozenset(WorkOrderState)


@dataclass(frozen=True, slots=True)
class Hit:
    """A found thing as the page shows it; `path` is None where no page shows it."""

    found: Found
    kind: Kind
    path: str | None

    @property
    def look(self) -> Look | None:
        """The look of its state, where pages have one for it."""
        shown = self.kind.look is not None and self.found.state in _STATES
        return self.kind.look(self.found.state or "") if shown and self.kind.look else None


def hit(found: Found) -> Hit:
    """Return a found thing with the address of its page."""
    address = _address(found.kind)
    path = address and address.format(id=found.id, order_id=found.order_id, code=quote(found.code))
    return Hit(found, KINDS[found.kind], path)


@lru_cache(maxsize=len(FoundKind))
def _address(kind: FoundKind) -> str | None:
    """Return the best of a kind's addresses that a page has."""
    some = UUID(int=0)
    filled = ((path, path.format(id=some, order_id=some, code="X")) for path in KINDS[kind].paths)
    return next((path for path, sample in filled if is_page(sample)), None)


def is_page(path: str) -> bool:
    """Tell whether one of our pages has this address."""
    from api.pages.all import PAGES  # here, for the list of all pages holds the search itself

    scope = {"type": "http", "method": "GET", "path": path.partition("?")[0], "root_path": "", "headers": []}
    routes = (route for router in PAGES for route in router.routes if isinstance(route, APIRoute))
    return any(route.matches(scope)[0] is Match.FULL for route in routes)
