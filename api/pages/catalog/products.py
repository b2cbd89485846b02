"""Products: what is sold, by which template it is made, and what goes into it."""

from uuid import UUID

from fastapi.responses import HTMLResponse

from api.deps import MayReadProducts
from api.pages.boms.trees import Entered, tree_for
from api.pages.catalog.master_data import Kind, Told, register
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.catalog import ProductDraft, ProductFilters
from models.messages.template_library import TemplateFilters
from models.records import stock_levels, templates
from models.records.catalog import products
from models.rules.access import Permission
from models.rules.units import UNITS

router = pages("products")
_MOST_VERSIONS = 20
PRODUCTS = Kind(
    path="/products", parameter="product_id", template="catalog/product", reads=Permission.PRODUCTS_READ, code="sku",
    kept=("uom",), draft=ProductDraft, filters=ProductFilters, listed=products.products, read=products.product,
    create=products.create_product, change=products.change_product, retire=products.deactivate_product,
    around=lambda _: {"units": tuple(UNITS)},
    told=Told(
        marked("Product %(name)s is added. Next: write the template of how it is made."),
        marked("Product %(name)s is saved."),
        marked("Product %(name)s is out of use: it can no longer be ordered."),
        marked("Product %(name)s is in use again."),
    ),
)  # fmt: skip
register(router, PRODUCTS)


@router.get("/products/{product_id}")
def get_product(screen: TheScreen, product_id: UUID, actor: MayReadProducts, quantity: Entered = "") -> HTMLResponse:
    """Show one product: its templates, what goes into it, and how many are there, each to those who may see it."""
    with read(actor.sight) as session:
        product = products.product(session, product_id)
        versions = None
        if screen.may(Permission.TEMPLATES_READ):
            versions = templates.templates(session, TemplateFilters(product=product.sku, limit=_MOST_VERSIONS)).items
        level = stock_levels.level(session, product.part_id) if screen.may(Permission.STOCK_READ) else None
    tree = None
    if screen.may(Permission.CATALOG_READ):
        tree = tree_for(screen, actor, product.part_id, quantity)
    return screen.show("catalog/product.html", product=product, versions=versions, level=level, tree=tree)
