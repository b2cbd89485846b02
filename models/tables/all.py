"""Every table, imported so that the metadata is whole."""

from sqlmodel import SQLModel

from models.tables import (
    audit,
    boms,
    branding,
    catalog,
    files,
    filters,
    floor,
    integrations,
    jobs,
    licensing,
    notifications,
    orders,
    stock,
    templates,
    tenants,
    walls,
    work_orders,
)
from models.tables.access import credentials, people

METADATA = SQLModel.metadata
FEATURES = (
    audit,
    boms,
    branding,
    catalog,
    credentials,
    files,
    filters,
    floor,
    integrations,
    jobs,
    licensing,
    notifications,
    orders,
    people,
    stock,
    templates,
    tenants,
    walls,
    work_orders,
)
