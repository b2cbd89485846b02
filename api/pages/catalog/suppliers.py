"""Suppliers: who sells parts, and which."""

from uuid import UUID

from fastapi.responses import HTMLResponse

from api.deps import MayReadCatalog
from api.pages.catalog.master_data import Kind, Told, register
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.catalog import PartFilters, SupplierDraft, SupplierFilters
from models.records.catalog import parts, suppliers
from models.rules.access import Permission

router = pages("suppliers")
_SHOWN_PARTS = 100
SUPPLIERS = Kind(
    path="/suppliers", parameter="supplier_id", template="catalog/supplier", reads=Permission.CATALOG_READ,
    code="code", kept=(), draft=SupplierDraft, filters=SupplierFilters, listed=suppliers.suppliers,
    read=suppliers.supplier, create=suppliers.create_supplier, change=suppliers.change_supplier,
    retire=suppliers.deactivate_supplier,
    told=Told(
        marked("Supplier %(name)s is added."), marked("Supplier %(name)s is saved."),
        marked("Supplier %(name)s is out of use."), marked("Supplier %(name)s is in use again."),
    ),
)  # fmt: skip
register(router, SUPPLIERS)


@router.get("/suppliers/{supplier_id}")
def get_supplier(screen: TheScreen, supplier_id: UUID, actor: MayReadCatalog) -> HTMLResponse:
    """Show one supplier and what it sells."""
    with read(actor.sight) as session:
        supplier = suppliers.supplier(session, supplier_id)
        sold = parts.parts(session, PartFilters(supplier=supplier.code, limit=_SHOWN_PARTS))
    return screen.show("catalog/supplier.html", supplier=supplier, sold=sold)
