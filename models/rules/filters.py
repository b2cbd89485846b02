"""Saved filters: which lists have them, and who may see those that others share."""

from collections.abc import Collection
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from models.rules.access import Permission, may

LONGEST_QUERY = 2_000
_PASSING = frozenset({"cursor", "limit", "in"})  # where somebody stood in the list, not what they looked for


class FilteredList(StrEnum):
    """The lists whose filters can be kept; the value is the list's own name in its address."""

    ORDERS = "orders"
    MANUFACTURING_ORDERS = "manufacturing-orders"
    JOBS = "jobs"
    WORK_ORDERS = "work-orders"


# Who sees the whole list sees the filters shared for it. Their names may tell of customers and of problems, so nobody
# else does: a customer, for instance, has filters of their own and no others.
WHOLE_LIST: dict[FilteredList, Permission] = {
    FilteredList.ORDERS: Permission.ORDERS_READ,
    FilteredList.MANUFACTURING_ORDERS: Permission.ORDERS_READ,
    FilteredList.JOBS: Permission.WORK_ORDERS_READ,
    FilteredList.WORK_ORDERS: Permission.WORK_ORDERS_READ,
}


def sees_shared(permissions: Collection[Permission], filtered: FilteredList) -> bool:
    """Tell whether somebody sees, and may share, the filters of a list."""
    return may(permissions, WHOLE_LIST[filtered])


def kept(query: str) -> str:
    """Return what of an address is worth keeping: filters and order, without the place in the list."""
    pairs = parse_qsl(query.removeprefix("?"), max_num_fields=100)
    return urlencode([(name, value) for name, value in pairs if name not in _PASSING])
