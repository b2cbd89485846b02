"""Spreadsheets as tables; a whole Excel file is read in tests/pages/test_imports.py."""

import io
from datetime import date
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from templates_engine.bom_files import BomFileRefused, spreadsheets
from templates_engine.bom_files.spreadsheets import table_of


def _packed(**files: bytes) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_small_file_that_unpacks_to_more_than_memory_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "_MOST_UNPACKED", 1_000_000)
    with pytest.raises(BomFileRefused, match="larger than 200 MB"):
        table_of(_packed(sheet=b"0" * 2_000_000))


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", _packed(a=b"no sheet at all")])
def test_what_only_looks_like_a_spreadsheet_is_refused(content: bytes) -> None:
    with pytest.raises(BomFileRefused, match="no spreadsheet"):
        table_of(content)


def test_a_workbook_without_anything_in_it_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "_sheets", lambda _: iter(([], [])))
    with pytest.raises(BomFileRefused, match="empty"):
        table_of(b"\xd0\xcf\x11\xe0")


def test_cells_are_written_as_they_are_read_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    row: list[object] = [0.1 + 0.2, 1e21, 1e-7, True, False, date(2026, 11, 21), "a\x07b", 4.0]
    monkeypatch.setattr(spreadsheets, "_sheets", lambda _: iter(([row],)))
    cells = table_of(b"\xd0\xcf\x11\xe0").strip().split("\t")
    assert cells == ["0.3", "1000000000000000000000", "0.0000001", "yes", "no", "2026-11-21", "ab", "4"]
