"""What importers write."""

from models.records.integrations.commit import BomImportRefused, NothingToImport, commit_bom
from models.records.integrations.comparison import compare

__all__ = ["BomImportRefused", "NothingToImport", "commit_bom", "compare"]
