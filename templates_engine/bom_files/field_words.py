"""What a column can mean, in the words a refusal names it by."""

from models.messages.integrations import BomField
from models.rules.sentences import Sentence

_F = BomField
_WORDS = {
    _F.SKU: Sentence("sku"), _F.NAME: Sentence("name"), _F.QUANTITY: Sentence("quantity"), _F.UOM: Sentence("uom"),
    _F.UNIT_COST: Sentence("unit cost"), _F.LINE_TOTAL: Sentence("line total"), _F.SUPPLIER: Sentence("supplier"),
    _F.SUPPLIER_PART: Sentence("supplier part"), _F.LINK: Sentence("link"), _F.OPTIONAL: Sentence("optional"),
    _F.DESIGNATORS: Sentence("designators"), _F.NOTE: Sentence("note"), _F.CATEGORY: Sentence("category"),
}  # fmt: skip


def field_words(field: BomField) -> Sentence:
    """Return what people call a field; in other languages as in English within a sentence."""
    return _WORDS[field]
