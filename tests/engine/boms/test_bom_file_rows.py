"""Single rows: what is taken, what is refused and in which words."""

from decimal import Decimal

import pytest

from models.messages.integrations import BomField, BomPreview, BomRow, ColumnMapping, RefusalKind
from templates_engine.bom_files import BomFileRefused, FileFault, read_bom

FULL = "Part Number,Name,Qty,Unit,Unit Cost,Total,Supplier,MPN,Link,Optional,RefDes,Notes,Type"


def table(*lines: str) -> BomPreview:
    return read_bom("\n".join(lines).encode())


def only(line: str, header: str = "Name,Qty,Unit,Unit Cost,Total") -> BomRow:
    preview = table(header, line)
    assert not preview.refused
    return preview.rows[0]


def refusal(line: str, header: str = "Name,Qty,Unit,Unit Cost,Total") -> tuple[RefusalKind, str]:
    preview = table(header, "Good,1,,,", line)
    assert len(preview.refused) == 1
    return preview.refused[0].kind, preview.refused[0].reason


def test_every_field_of_a_full_row_finds_its_place():
    row = only('P-1,Motor,2,pcs,3.50,7.00,Shop,MN-9,https://shop.example/9,yes,"M1, M2",careful,drive', header=FULL)
    assert row.model_dump(exclude={"line", "hints", "line_total", "cost_is_assumed"}) == {
        "sku": "P-1", "name": "Motor", "quantity": 2, "uom": "pcs", "unit_cost": Decimal("3.50"), "supplier": "Shop",
        "supplier_part": "MN-9", "link": "https://shop.example/9", "optional": True, "designators": "M1, M2",
        "note": "careful", "category": "drive",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "quantity", "uom"),
    [
        ("2", "2", "pcs"), ("+2", "2", "pcs"), ("4x", "4", "pcs"), ("x4", "4", "pcs"), (".5 kg", "0.5", "kg"),
        ("1E2", "100", "pcs"), ("2 m", "2", "m"), ("2 mtrs", "2", "m"), ("3 m²", "3", "m2"), ('5"', "5", "in"),
        ("1 000", "1000", "pcs"), ("1'000", "1000", "pcs"), ("12 Stk.", "12", "pcs"),
    ],
)  # fmt: skip
def test_quantities_are_read_as_people_write_them(written, quantity, uom):
    row = only(f"Thing\t{written}", header="Name\tQty")
    assert (row.quantity, row.uom) == (Decimal(quantity), uom)


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        ("Bolt,-,,,", "no_quantity", "There is no quantity (the cell says '-')."),
        ("Bolt,,,,", "no_quantity", "There is no quantity."),
        ("Bolt", "no_quantity", "There is no quantity."),
        ("Bolt,-2,,,", "negative", "The quantity '-2' is negative."),
        ("Bolt,0.00,,,", "zero", "The quantity '0.00' is zero, or less than a millionth."),
        ("Bolt,0.0000001,,,", "zero", "The quantity '0.0000001' is zero, or less than a millionth."),
        ("Bolt,several,,,", "not_a_number", "The quantity 'several' is not a number."),
        ("Bolt,=SUM(B2),,,", "not_a_number", "The quantity '=SUM(B2)' is not a number."),
        ("Bolt,nan,,,", "not_a_number", "The quantity 'nan' is not a number."),
        ("Bolt,1.2.3,,,", "not_a_number", "The quantity '1.2.3' is not a number."),
        ("Bolt,1e99,,,", "too_large", "The quantity '1e99' is too large."),
        ("Bolt,1,furlongs,,", "unknown_unit", "The unit 'furlongs' is not known."),
        ("Bolt,1 m,kg,,", "unit_mismatch", "The quantity is written in m, the unit column says kg."),
        ("Bolt,1,,dear,", "not_a_number", "The unit cost 'dear' is not a number."),
        ("Bolt,1,,-3,", "negative", "The unit cost '-3' is negative."),
        ("Bolt,1,,,1e20", "too_large", "The line total '1e20' is too large."),
        ("Bolt,0.000001,,,9999999999", "too_large", "The cost per unit, total by quantity, is too large."),
        (",3,,1,", "no_name", "There is neither a name nor a part number."),
        ("--,3,,1,", "no_name", "There is neither a name nor a part number."),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(line, kind, reason):
    assert refusal(line) == (RefusalKind(kind), reason)


@pytest.mark.parametrize("column", ["Supplier", "Notes", "RefDes", "Link", "MPN", "Type"])
def test_a_text_longer_than_can_be_kept_is_refused(column):
    preview = table(f"SKU,Name,Qty,{column}", f"A,Bolt,1,{'word ' * 1000}")
    assert [row.kind for row in preview.refused] == [RefusalKind.TOO_LONG]


def test_a_long_name_is_cut_and_kept_whole_in_the_note():
    row = only(f"{'long name ' * 30},1,gentle", header="Name,Qty,Notes")
    assert len(row.name) <= 200
    assert row.note == f"{'long name ' * 30}".strip() + " · gentle"
    assert len(row.sku) <= 64
    assert row.hints


def test_costs_nobody_knows_yet_are_assumed():
    rows = table("Name,Qty,Price", "A,1,TBD", "B,1,?", "C,1,--", "D,1,n/a", "E,1,").rows
    assert {(row.unit_cost, row.cost_is_assumed) for row in rows} == {(None, True)}


def test_a_line_total_that_is_not_quantity_times_cost_is_pointed_out_beyond_rounding():
    rows = table("Name,Qty,Unit Cost,Total", "A,31,0.02,0.56", "B,2,3.00,7.00").rows
    assert rows[0].hints == ()
    assert rows[1].hints == ("The line's total 7 is not quantity times cost, 6.",)


def test_more_decimals_than_are_kept_are_rounded_with_a_word():
    assert only("A,0.3333333333,m,,").quantity == Decimal("0.333333")
    assert only("A,0.3333333333,m,,").hints == ("The quantity '0.3333333333' was rounded to six decimals.",)


def test_half_a_piece_is_taken_with_a_question():
    assert only("Glue,0.5,,,").hints == ("0.5 pcs is no whole number: is the unit right?",)


def test_an_unclear_word_in_the_optional_column_is_read_as_no_and_said():
    rows = table("Name,Qty,Optional", "A,1,maybe", "B,1,no", "C,1,ja").rows
    assert [row.optional for row in rows] == [False, False, True]
    assert rows[0].hints == ("'maybe' in the optional column was read as no.",)


@pytest.mark.parametrize("note", ["Units are in kg", "unit is kg", "Einheit kg", "Einheiten in kg"])
def test_a_unit_told_in_the_note_is_used(note):
    assert only(f"Filament,1.2,{note}", header="Name,Qty,Notes").uom == "kg"


def test_a_note_that_tells_no_unit_leaves_the_default():
    preview = read_bom(b"Name,Qty,Notes\nA,1,unit in stock\nB,1,\n", default_uom="metres")
    assert {row.uom for row in preview.rows} == {"m"}


def test_an_unknown_default_unit_is_refused():
    with pytest.raises(BomFileRefused, match="'parsec' is not known") as caught:
        read_bom(b"Name,Qty\nA,1\n", default_uom="parsec")
    assert caught.value.members() == {"fault": "unknown_unit"}


# --- numbers --------------------------------------------------------------------------------------------------
def quantities(preview: BomPreview) -> list[Decimal]:
    return [row.quantity for row in preview.rows]


def test_a_point_with_three_digits_is_decimal_unless_the_file_says_otherwise():
    english = table("Name;Qty", "A;1.500 m", "B;2.25 m")
    assert quantities(english) == [Decimal("1.5"), Decimal("2.25")]
    german = table("Name;Qty", "A;1.500 m", "B;2,25 m")
    assert quantities(german) == [1500, Decimal("2.25")]


def test_thousands_nobody_can_tell_from_decimals_are_pointed_out():
    preview = table("Name,Qty", "A,1.234")
    assert quantities(preview) == [Decimal("1.234")]
    assert preview.warnings == ("Column 2 (quantity): '1.234' could be thousands; '.' was taken for decimals.",)
    semicolons = table("Name;Qty", "A;1.234")
    assert quantities(semicolons) == [1234]


def test_a_silent_column_follows_the_one_that_tells():
    preview = table("Name\tQty\tPrice", "A\t1.234\t0,50", "B\t2\t1,75")
    assert quantities(preview) == [1234, 2]


def test_both_marks_in_one_column_are_pointed_out_and_the_odd_one_refused():
    preview = table("Name\tQty", "A\t1.5", "B\t2.5", "C\t3,5")
    assert quantities(preview) == [Decimal("1.5"), Decimal("2.5")]
    assert preview.refused[0].kind is RefusalKind.NOT_A_NUMBER
    assert preview.warnings[0].startswith("Column 2 (quantity) has both decimal commas and points")


def test_a_person_can_name_the_decimal_mark():
    preview = read_bom(b"Name\tQty\nA\t1.234\n", mapping=ColumnMapping(decimal_mark=","))
    assert quantities(preview) == [1234]
    assert preview.warnings == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1,234.50", "1234.50"), ("1.234.567,25", "1234567.25"), ("1,234,567", "1234567"), ("0.125", "0.125"),
        ("1 234,5", "1234.5"), ("12'345.5", "12345.5"), ("2500.125", "2500.125"), (",5", "0.5"),
    ],
)  # fmt: skip
def test_thousands_and_decimals_are_told_apart(written, read):
    assert only(f"A\t{written} m", header="Name\tQty").quantity == Decimal(read)


def test_a_second_decimal_mark_is_no_number():
    preview = table("Name\tQty", "A\t1.2.3", "B\t2.5", "C\t3.5")
    assert quantities(preview) == [Decimal("2.5"), Decimal("3.5")]


def test_wrong_groups_of_thousands_are_no_number():
    preview = table("Name\tQty", "A\t12,34.5", "B\t1234,567.5", "C\t1'234,5.5", "D\t2.5,x", "E\t1.5")
    assert quantities(preview) == [Decimal("1.5")]
    assert {row.kind for row in preview.refused} == {RefusalKind.NOT_A_NUMBER}


def test_several_currencies_are_pointed_out():
    preview = table("Name,Qty,Price", "A,1,$2.00", "B,1,3.00 EUR")
    assert preview.currency is None
    assert preview.warnings == ("Several currencies: EUR, USD. They are not converted.",)


def test_a_currency_in_the_header_is_seen():
    assert table("Name,Qty,Price (EUR)", "A,1,2.00").currency == "EUR"


# --- totals ---------------------------------------------------------------------------------------------------
def test_a_total_that_does_not_add_up_is_pointed_out():
    preview = table("Name,Qty,Price", "A,2,1.50", "Total,,4.00")
    assert preview.published_total == Decimal("4.00")
    assert preview.warnings == ("The file says the total is 4.00; the rows taken add up to 3.00.",)


def test_a_lone_sum_under_the_column_is_a_total():
    preview = table("Name,Qty,Total", "A,2,1.50", ",,1.50")
    assert preview.published_total == Decimal("1.50")
    assert preview.warnings == ()


def test_subtotals_and_totals_without_a_number_state_nothing():
    preview = table("Name,Qty,Total", "A,2,1.50", "Subtotal,,1.00", "Grand total,,")
    assert [row.kind for row in preview.refused] == [RefusalKind.TOTAL, RefusalKind.TOTAL]
    assert preview.published_total is None


def test_a_part_whose_name_begins_like_a_total_is_a_part():
    preview = table("Name,Qty,Price", "Total station,1,900.00", "Sum-module,2,1.00")
    assert len(preview.rows) == 2


# --- part numbers ---------------------------------------------------------------------------------------------
def skus(*names: str) -> dict[str, str]:
    return {row.name: row.sku for row in table("Name,Qty", *(f"{name},1" for name in names)).rows}


def test_different_names_of_one_spelling_get_different_numbers_in_any_order():
    first, second = skus("M3 x 8", "M3-x-8"), skus("M3-x-8", "M3 x 8")
    assert first == second
    assert len(set(first.values())) == 2
    assert "M3-X-8" in first.values()


def test_case_and_spaces_do_not_make_another_part():
    assert len(set(skus("Hex nut", "HEX  NUT").values())) == 1


def test_a_number_of_the_file_wins_over_one_made_from_a_name():
    preview = table("SKU,Name,Qty", ",Motor,1", "MOTOR,Other motor,1", "no good!,Third,1", "LONE,,2")
    assert preview.rows[1].sku == "MOTOR"
    assert preview.rows[0].sku.startswith("MOTOR-")
    assert preview.rows[2].sku == "NO-GOOD"
    assert preview.rows[3].name == "LONE"


def test_one_number_with_two_names_is_pointed_out():
    preview = table("SKU,Name,Qty", "A,Bolt,1", "A,Nut,1", "A,Bolt,3")
    assert preview.warnings == (
        "Lines 2 and 3 are both part A but differ in name, cost or unit; the part is taken as line 2 has it.",
    )


# --- columns --------------------------------------------------------------------------------------------------
def test_a_wrong_guess_is_corrected_by_number_or_header():
    content = b"Name,Need,Have\nA,2,9\nB,3,9\n"
    assert read_bom(content).rows == ()
    for column in (2, "2", "Need", "need"):
        corrected = read_bom(content, mapping=ColumnMapping(columns={BomField.QUANTITY: column}))
        assert quantities(corrected) == [2, 3]
    assert "No column was taken for the quantity: say which one it is." in read_bom(content).warnings


def test_headers_in_any_language_are_found_once_a_person_names_them():
    content = "Liste 2026\nPièce;Combien\nMoteur;2\n".encode()
    assert read_bom(content).header_line is None
    preview = read_bom(content, mapping=ColumnMapping(columns={BomField.NAME: "Pièce", BomField.QUANTITY: "combien"}))
    assert preview.header_line == 2
    assert [(row.name, row.quantity) for row in preview.rows] == [("Moteur", 2)]


def test_a_column_given_to_one_field_is_taken_from_the_other():
    preview = read_bom(b"Name,Qty,Price\nA,1,2\n", mapping=ColumnMapping(columns={BomField.LINE_TOTAL: "Price"}))
    assert preview.mapping == {BomField.NAME: 1, BomField.QUANTITY: 2, BomField.LINE_TOTAL: 3}
    assert preview.rows[0].unit_cost == 2


def test_a_field_can_be_left_unread():
    preview = read_bom(b"Name,Qty,Supplier\nA,1,Shop\n", mapping=ColumnMapping(columns={BomField.SUPPLIER: None}))
    assert preview.rows[0].supplier is None
    assert preview.candidates[BomField.SUPPLIER] == (3,)


@pytest.mark.parametrize("column", [4, "Quantum", "0", "9999999"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(column):
    with pytest.raises(BomFileRefused, match="there are: 1 'Name', 2 'Qty'") as caught:
        read_bom(b"Name,Qty\nA,1\n", mapping=ColumnMapping(columns={BomField.UOM: column}))
    assert caught.value.fault is FileFault.BAD_MAPPING


def test_a_list_without_names_says_so():
    preview = table("Qty,Unit,Price", "1,pcs,2.00")
    assert preview.rows == ()
    assert "No column was taken for the part's name or number: say which one it is." in preview.warnings


def test_a_number_column_called_item_is_no_name():
    preview = table("Item,Description,Qty", "10,Motor,1", "20,Rail,2")
    assert [row.name for row in preview.rows] == ["Motor", "Rail"]


def test_a_name_column_of_addresses_is_no_name():
    preview = table("Item,Part Name,Qty", "https://shop.example/1,Motor,1", "https://shop.example/2,Rail,2")
    assert [row.name for row in preview.rows] == ["Motor", "Rail"]


def test_a_longer_header_is_known_by_the_words_within():
    preview = table("Stock Part Name,Qty needed per board,Comment", "Motor,2,hi")
    assert preview.mapping == {BomField.NAME: 1, BomField.QUANTITY: 2, BomField.NOTE: 3}
