"""Parts lists as people have them, read without writing anything."""

from templates_engine.bom_files.preview import read_bom
from templates_engine.bom_files.refusal import BomFileRefused, FileFault

__all__ = ["BomFileRefused", "FileFault", "read_bom"]
