"""The shapes in which people have parts lists, each read as its author meant it."""

from decimal import Decimal
from pathlib import Path

import pytest

from models.messages.integrations import BomField, BomPreview, RefusalKind
from templates_engine.bom_files import read_bom

HERE = Path(__file__).parent
# Quantities and published line totals of a real machine's parts list; its author's total is 427.46.
PUBLISHED = (
    "7 8.50 59.50, 4 8.47 33.88, 12 0.92 11.04, 4 1.46 5.84, 1 8.99 8.99, 4 1.40 5.60, 2 45.99 91.98, 2 26.87 53.74,"
    "1 7.49 7.49, 1 23.00 23.00, 1 5.80 5.80, 1 10.29 10.29, 1 25.00 25.00, 1 7.00 7.00, 31 0.02 0.56, 13 0.05 0.60,"
    "24 0.21 5.09, 12 0.22 2.61, 8 0.23 1.84, 15 0.22 3.30, 4 0.26 1.02, 6 0.01 0.06, 22 0.21 4.62, 1 6.41 6.41,"
    "4 5.02 20.08, 2 1.06 2.12, 1 30.00 30.00"
)


def fixture(name: str) -> BomPreview:
    return read_bom((HERE / name).read_bytes())


def reasons(preview: BomPreview) -> dict[int, RefusalKind]:
    return {row.line: row.kind for row in preview.refused}


def test_a_costed_list_is_read_with_its_costs_and_adds_up_to_its_own_total():
    preview = fixture("costed.csv")
    assert preview.mapping == {
        BomField.NAME: 2,
        BomField.QUANTITY: 5,
        BomField.UNIT_COST: 6,
        BomField.LINE_TOTAL: 7,
        BomField.SUPPLIER: 3,
        BomField.LINK: 4,
        BomField.CATEGORY: 1,
    }
    assert (preview.currency, preview.published_total, preview.computed_total) == (
        "USD",
        Decimal("134.23"),
        Decimal("134.23"),
    )
    assert preview.warnings == ()
    assert reasons(preview) == {9: RefusalKind.BLANK, 10: RefusalKind.TOTAL}
    rail, *_, pla, pump, leg, _clamp = preview.rows
    assert (rail.sku, rail.quantity, rail.uom, rail.unit_cost) == (
        "V-SLOT-RAIL-20X20-600-MM",
        7,
        "pcs",
        Decimal("8.50"),
    )
    assert (pla.link, pla.supplier) == (None, "Misc")
    assert (pump.unit_cost, pump.cost_is_assumed) == (Decimal("10.29"), True)
    assert (leg.unit_cost, leg.cost_is_assumed) == (None, True)


def test_the_published_total_of_a_real_machine_is_met_to_the_cent():
    rows = [
        f"Part {number},{quantity},${cost} ,${total} "
        for number, (quantity, cost, total) in enumerate((item.split() for item in PUBLISHED.split(",")), start=1)
    ]
    printed = [f"Printed {number},1,--,$0.00 " for number in range(16)]
    text = "\n".join(["Item,Quantity,Cost/Unit,Total Cost", *rows, *printed, ",,Total Unit Cost,$427.46 "])
    preview = read_bom(text.encode())
    assert preview.computed_total == preview.published_total == Decimal("427.46")
    assert len(preview.rows) == 43
    assert preview.warnings == ()
    assert not [row for row in preview.rows if row.hints]


def test_a_kit_list_keeps_metres_and_kilograms_and_says_which_lines_have_no_quantity():
    preview = fixture("kit.csv")
    rows = {row.line: row for row in preview.rows}
    assert (rows[3].name, rows[3].quantity, rows[3].uom) == ("PLA-filament", Decimal("1.2"), "kg")
    assert rows[3].hints == ("The unit kg was taken from the note.",)
    assert (rows[4].quantity, rows[4].uom) == (Decimal("2.5"), "m")
    assert rows[6].optional
    assert not rows[5].optional
    assert rows[2].note == "Download the printed parts at the link above."
    assert rows[2].link is None
    assert rows[5].link == "https://nuts.example/m3/"
    assert reasons(preview) == {8: RefusalKind.NO_QUANTITY, 9: RefusalKind.ZERO}
    assert preview.refused[0].reason == "There is no quantity (the cell says '-')."
    assert preview.refused[0].blocks


def test_the_same_name_on_two_lines_is_one_part_on_two_lines():
    springs = [row for row in fixture("kit.csv").rows if row.name == "spring"]
    assert [(row.sku, row.quantity) for row in springs] == [("SPRING", 1), ("SPRING", 3)]


def test_a_sub_assembly_in_tsv_keeps_its_units_designators_and_inch_marks():
    preview = fixture("harness.tsv")
    assert preview.delimiter == "\t"
    assert [(row.name, row.quantity, row.uom, row.designators) for row in preview.rows] == [
        ("Cable, 6 x 22 AWG", Decimal("0.1"), "m", "W1"),
        ('Connector, 6 pins, 5" pitch', 1, "pcs", "X1"),
        ('"Wire end', 6, "pcs", ""),
        ("Shrink tube", 30, "cm", "T1, T2"),
    ]
    assert reasons(preview) == {6: RefusalKind.UNKNOWN_UNIT}
    assert BomField.SKU not in preview.mapping  # the column Id only counts the rows


def test_a_german_list_from_windows_is_read_with_its_decimal_commas_and_thousands():
    preview = fixture("stueckliste.csv")
    assert (preview.encoding, preview.delimiter, preview.header_line, preview.currency) == ("cp1252", ";", 4, "EUR")
    assert [(row.sku, row.quantity, row.uom, row.unit_cost) for row in preview.rows] == [
        ("A-100", 1, "pcs", Decimal("1234.50")),
        ("A-200", Decimal("2.5"), "m", Decimal("0.80")),
        ("A-300", Decimal("0.25"), "l", Decimal("12.00")),
        ("A-400", 1000, "pcs", Decimal("0.01")),
    ]
    assert preview.rows[0].name == "Gehäuse groß"
    assert preview.rows[0].supplier == "Müller GmbH"
    assert preview.published_total == preview.computed_total == Decimal("1249.50")
    assert preview.warnings == ("What stands above line 4, the row of headers, was left out.",)
    costs = preview.columns[5]
    assert (costs.field, costs.decimal_mark, costs.group_mark) == (BomField.UNIT_COST, ",", ".")
    assert costs.samples == ("1.234,50 €", "0,80 €", "12,00 €")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
     ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32"), ("cp1252", "cp1252")],
)  # fmt: skip
def test_every_usual_encoding_is_recognised(encoding, shown):
    preview = read_bom("Name;Menge\nGehäuse 5 µm;2,5 m\nSchraube;4\n".encode(encoding))
    assert preview.encoding == shown
    assert [row.name for row in preview.rows] == ["Gehäuse 5 µm", "Schraube"]


@pytest.mark.parametrize("encoding", ["gb18030", "cp1251", "shift_jis"])
def test_lists_from_farther_away_come_through_as_text(encoding):
    names = {"gb18030": "螺丝 不锈钢 六角", "cp1251": "Винт стальной", "shift_jis": "ねじ ステンレス 六角"}
    lines = [f"{names[encoding]} M{size},4" for size in range(3, 30)]
    preview = read_bom(("Name,Qty\n" + "\n".join(lines)).encode(encoding))
    assert len(preview.rows) == 27
    assert preview.rows[0].name == f"{names[encoding]} M3"
    assert len({row.sku for row in preview.rows}) == 27


@pytest.mark.parametrize("odd", [b"\x81\x8d", b"\xfe\xfd\xff\x98\xfd"])
def test_bytes_no_encoding_explains_are_still_shown(odd):
    preview = read_bom(b"Name,Qty\nTube " + odd + b",2\nRod,1\n")
    assert [row.quantity for row in preview.rows] == [2, 1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_recognised(delimiter):
    lines = [["Part Name", "Qty", "Notes"], ["Motor", "2", "a b"], ["Rail", "1", ""]]
    preview = read_bom("\r\n".join(delimiter.join(line) for line in lines).encode())
    assert preview.delimiter == delimiter
    assert [row.name for row in preview.rows] == ["Motor", "Rail"]


def test_excels_own_delimiter_line_is_believed():
    preview = read_bom(b"sep=|\r\nName|Qty\r\nBolt, long|3\r\n")
    assert preview.delimiter == "|"
    assert [(row.line, row.name) for row in preview.rows] == [(3, "Bolt, long")]


def test_a_cell_over_several_lines_does_not_shift_the_line_numbers():
    preview = read_bom(b'Name,Qty,Note\n"Motor",1,"first\nsecond"\nRail,2,\n')
    assert [(row.line, row.name, row.note) for row in preview.rows] == [(2, "Motor", "first second"), (4, "Rail", "")]


def test_a_file_without_headers_is_guessed_from_its_content_and_says_so():
    preview = read_bom(b"1,Stepper motor,4,https://shop.example/1\n2,Rail 600,7,https://shop.example/2\n3,Belt,1,\n")
    assert preview.header_line is None
    assert preview.mapping == {BomField.NAME: 2, BomField.QUANTITY: 3, BomField.LINK: 4}
    assert [row.line for row in preview.rows] == [1, 2, 3]
    assert preview.warnings == ("No row names the columns: they were guessed from their content.",)


def test_a_single_line_without_headers_is_a_part():
    preview = read_bom(b"Stepper motor,4")
    assert [(row.name, row.quantity) for row in preview.rows] == [("Stepper motor", 4)]


def test_headers_repeated_by_a_page_break_lose_nothing():
    preview = read_bom(b"Name,Qty\nMotor,1\nName,Qty\nRail,2\n")
    assert reasons(preview) == {4 - 1: RefusalKind.HEADER}
    assert not preview.refused[0].blocks
