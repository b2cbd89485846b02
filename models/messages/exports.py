"""Lists as files: how a spreadsheet should find them."""

from typing import Literal

from pydantic import Field

from models.messages.base import Message
from models.messages.catalog import PartFilters, ProductFilters, SupplierFilters, WorkCenterFilters
from models.messages.orders import ManufacturingOrderFilters, OrderFilters
from models.messages.stock import EntryFilters, LevelFilters
from models.messages.work_orders import JobFilters, WorkOrderFilters

FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet runs begins so


class Export(Message):
    """How a list is written as CSV; the defaults are what programs expect, `;` and `bom` what spreadsheets like."""

    separator: Literal[",", ";"] = Field(",", description="What parts the columns")
    bom: bool = Field(
        False, description="Begin with a byte order mark, by which Excel knows UTF-8; heads name currencies"
    )


class PartExport(PartFilters, Export):
    """Which parts are written to a file, and how; `limit` and `cursor` are passed over."""


class ProductExport(ProductFilters, Export):
    """Which products are written to a file, and how; `limit` and `cursor` are passed over."""


class SupplierExport(SupplierFilters, Export):
    """Which suppliers are written to a file, and how; `limit` and `cursor` are passed over."""


class WorkCenterExport(WorkCenterFilters, Export):
    """Which work centres are written to a file, and how; `limit` and `cursor` are passed over."""


class LevelExport(LevelFilters, Export):
    """Which stock levels are written to a file, and how; `limit` and `cursor` are passed over."""


class EntryExport(EntryFilters, Export):
    """Which rows of the ledger are written to a file, and how; `limit` and `cursor` are passed over."""


class OrderExport(OrderFilters, Export):
    """Which orders are written to a file, and how; `limit` and `cursor` are passed over."""


class ManufacturingOrderExport(ManufacturingOrderFilters, Export):
    """Which manufacturing orders are written to a file, and how; `limit` and `cursor` are passed over."""


class JobExport(JobFilters, Export):
    """Which jobs are written to a file, and how; `limit` and `cursor` are passed over."""


class WorkOrderExport(WorkOrderFilters, Export):
    """Which work orders are written to a file, and how; `limit` and `cursor` are passed over."""
