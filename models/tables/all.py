"""Every table, imported so that the metadata is whole."""

from sqlmodel import SQLModel

from models.tables import access, boms, catalog, files, jobs, orders, stock, templates, tenants, work_orders

METADATA = SQLModel.metadata
FEATURES = (access, boms, catalog, files, jobs, orders, stock, templates, tenants, work_orders)
