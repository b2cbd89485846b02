from sqlalchemy import text
from sqlmodel import Session

from models.messages.orders import ChoiceToOrder

_CHOICES = text("""
    SELECT p.sku, p.name, t.id AS template_id, t.title, t.version_number,
           count(*) OVER (PARTITION BY p.id) AS ways
      FROM products p JOIN templates t ON t.product_id = p.id AND t.status = 'published'
     WHERE p.active ORDER BY p.name, p.sku, t.version_number DESC LIMIT 1000
""")


def choices_to_order(session: Session) -> tuple[ChoiceToOrder, ...]:
    """Return what can be ordered: each active product, and where it is made in several published ways each of them."""
    return tuple(ChoiceToOrder.model_validate(dict(row)) for row in session.execute(_CHOICES).mappings())
