"""Every table, imported so that the metadata is whole."""

from sqlmodel import SQLModel

from models.tables import (
    audit,
    boms,
    catalog,
    files,
    filters,
    floor,
    integrations,
    jobs,
    licensing,
    orders,
    stock,
    templates,
    tenants,
    work_orders,
)
from models.tables.access import credentials, people

METADATA = SQLModel.metadata
FEATURES = (
    audit,
    boms,
    catalog,
    credentials,
    files,
    filters,
    floor,
    integrations,
    jobs,
    licensing,
    orders,
    people,
    stock,
    templates,
    tenants,
    work_orders,
)
