"""Files that are no parts list at all, and whatever else may be sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.messages.integrations import BomField, BomPreview, ColumnMapping
from templates_engine.bom_files import BomFileRefused, FileFault, read_bom


def refused(content: bytes) -> BomFileRefused:
    with pytest.raises(BomFileRefused) as caught:
        read_bom(content)
    return caught.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "no spreadsheet"), (b"\xd0\xcf\x11\xe0rest", "no spreadsheet"), (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"), (b"\xff\xd8\xff\xe0", "picture"), (b"GIF89a", "picture"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"7z\xbc\xaf\x27", "compressed"), (b"{\\rtf1", "word processor"), (b"\x00\x01\x02\x03" * 9, "no text"),
        (b"Name,Qty\nA\x00,1\n", "no text"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_is_refused_with_what_to_do(content, words):
    refusal = refused(content)
    assert refusal.fault is FileFault.NOT_TEXT
    assert words in str(refusal)


@pytest.mark.parametrize("content", [b"", b"  \r\n \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(content):
    assert refused(content).fault is FileFault.EMPTY


def test_limits_are_said_and_kept():
    assert refused(b"a" * 5_000_001).fault is FileFault.TOO_LARGE
    assert refused(b"Name,Qty\n" + b"a,1\n" * 20_000).fault is FileFault.TOO_MANY_ROWS
    assert "Line 2 has more than 200 columns" in str(refused(b"Name,Qty\n" + b"a," * 201))
    assert refused(b"Name,Qty\n" + b"a" * 140_000 + b",1\n").fault is FileFault.NOT_TEXT
    assert len(read_bom(b"Name,Qty\n" + b"a,1\n" * 19_999).rows) == 19_999


def test_a_file_of_one_huge_cell_is_refused():
    assert refused(b"a" * 200_000).fault is FileFault.NOT_TEXT


def test_the_sniffing_sample_may_end_amid_a_quotation():
    content = b"Name,Qty\n" + b'"a part with a long name, and a comma",1\n' * 3000
    assert len(read_bom(content).rows) == 3000


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "-", "--", "1.5", "1,5", "1.234,5", "$2.00", "2 m", "Total", "Name", "Qty", "Menge", '"', "x"]
    ),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
)
WISHES = st.builds(
    ColumnMapping,
    columns=st.dictionaries(st.sampled_from(BomField), st.one_of(st.none(), st.integers(1, 9), st.text(max_size=5))),
    decimal_mark=st.sampled_from([None, ".", ","]),
)


def read_or_refuse(content: bytes, wishes: ColumnMapping | None = None) -> BomPreview | None:
    try:
        return read_bom(content, mapping=wishes)
    except BomFileRefused:
        return None


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_no_bytes_whatever_break_the_reader(content):
    read_or_refuse(content)
    read_or_refuse(b"Name,Qty,Unit Cost,Total\n" + content)


@given(
    st.lists(st.lists(CELLS, max_size=9), max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-16", "cp1252", "gb18030"]),
    WISHES,
)
@settings(max_examples=300)
def test_each_row_of_any_table_is_either_taken_or_refused(rows, delimiter, encoding, wishes):
    text = "\n".join(delimiter.join(row) for row in [["Name", "Qty", "Price", "Total", "Unit"], *rows])
    preview = read_or_refuse(text.encode(encoding, "replace"), wishes)
    if preview is not None:
        lines = [row.line for row in (*preview.rows, *preview.refused)]
        assert len(lines) == len(set(lines))
        assert all(row.quantity > 0 for row in preview.rows)
        assert BomPreview.model_validate_json(preview.model_dump_json()).rows == preview.rows
