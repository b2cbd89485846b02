from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from models.messages.boms import BomLineEdit, LineCounts
from models.messages.integrations import BomCommit, BomImportPreview, Fate
from models.records import boms
from models.records.boms import BomHasCycle
from models.records.integrations import BomImportRefused, NothingToImport, commit_bom, compare
from models.tables.catalog import Part, Supplier
from templates_engine.bom_files import read_bom
from tests.factories import Factory

LIST = """Part Number,Name,Qty,Unit,Unit Cost,Supplier,Link,Notes
RAIL,Rail 600,7,pcs,$8.50,Shop & Sons,https://shop.example/rail,cut square
CABLE,Cable,2.5,m,$0.80,Cable Co,,
NUT,M5 nut,31,,$0.02,Shop & Sons,,
NUT,M5 nut,4,,$0.02,Shop & Sons,,spare
LEG,Printed leg,2,,--,,,
,,,,Total,,,
"""


def imported(tenant: Factory, text_: str = LIST, *, parent: str = "GANTRY", skip: bool = False) -> BomCommit:
    with tenant.begin() as session:
        return commit_bom(
            session,
            tenant.actor(),
            parent_sku=parent,
            parent_name="Gantry",
            preview=read_bom(text_.encode()),
            skip_refused=skip,
        )


def compared(tenant: Factory, text_: str = LIST) -> BomImportPreview:
    with tenant.read() as session:
        return compare(session, "GANTRY", read_bom(text_.encode()))


def part(tenant: Factory, sku: str) -> Part:
    with tenant.read() as session:
        found = session.exec(select(Part).where(col(Part.sku) == sku)).one()
        session.expunge(found)
    return found


def lines(tenant: Factory, sku: str = "GANTRY") -> list[tuple[str, Decimal, str]]:
    with tenant.read() as session:
        return [(line.part, line.quantity, line.uom) for line in boms.lines(session, part(tenant, sku).id)]


def everything(tenant: Factory) -> list[object]:
    """All rows an import could touch, as text."""
    with tenant.read() as session:
        return [
            list(session.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1")).scalars())  # noqa: S608
            for table in ("suppliers", "parts", "bom_lines")
        ]


def test_a_list_becomes_suppliers_parts_and_lines(tenant: Factory) -> None:
    commit = imported(tenant)
    assert (commit.parent_created, commit.parts_created, commit.suppliers_created) == (True, 4, 2)
    assert commit.lines == LineCounts(created=5)
    assert lines(tenant) == [
        ("RAIL", 7, "pcs"), ("CABLE", Decimal("2.5"), "m"), ("NUT", 31, "pcs"), ("NUT", 4, "pcs"), ("LEG", 2, "pcs"),
    ]  # fmt: skip
    gantry, rail, leg = part(tenant, "GANTRY"), part(tenant, "RAIL"), part(tenant, "LEG")
    assert (gantry.kind, gantry.name) == ("made", "Gantry")
    assert (rail.kind, rail.unit_cost, rail.cost_is_assumed) == ("bought", Decimal("8.5"), False)
    assert rail.supplier_part == "https://shop.example/rail"
    assert (leg.unit_cost, leg.cost_is_assumed) == (0, True)
    with tenant.read() as session:
        suppliers = session.exec(select(Supplier.code, Supplier.name).order_by(col(Supplier.code))).all()
    assert [tuple(one) for one in suppliers] == [("CABLE-CO", "Cable Co"), ("SHOP-SONS", "Shop & Sons")]


def test_the_same_list_again_changes_no_row(tenant: Factory) -> None:
    imported(tenant)
    before = everything(tenant)
    commit = imported(tenant)
    assert everything(tenant) == before
    assert (commit.parts_created, commit.parts_updated, commit.parts_unchanged) == (0, 0, 4)
    assert (commit.parent_created, commit.suppliers_created, commit.lines) == (False, 0, LineCounts(unchanged=5))


def test_a_newer_list_updates_instead_of_doubling(tenant: Factory) -> None:
    imported(tenant)
    newer = LIST.replace("$8.50,Shop & Sons", "$9.25,Rail World").replace("Cable,2.5", "Cable,3").replace(
        "LEG,Printed leg,2,,--,,,\n", "FOOT,Foot,4,,,,,\n"
    )  # fmt: skip
    preview = compared(tenant, newer)
    assert [(fate.sku, fate.part, fate.bom_line) for fate in preview.fates] == [
        ("RAIL", Fate.UPDATE, Fate.UNCHANGED),
        ("CABLE", Fate.UNCHANGED, Fate.UPDATE),
        ("NUT", Fate.UNCHANGED, Fate.UNCHANGED),
        ("NUT", Fate.UNCHANGED, Fate.UNCHANGED),
        ("FOOT", Fate.CREATE, Fate.CREATE),
    ]
    assert preview.fates[0].changes == {"unit_cost": ("8.5", "9.25"), "supplier": ("Shop & Sons", "Rail World")}
    assert (preview.lines_removed, preview.blocked) == (1, False)
    commit = imported(tenant, newer)
    assert (commit.parts_created, commit.parts_updated, commit.suppliers_created) == (1, 1, 1)
    assert commit.lines == LineCounts(created=1, updated=1, unchanged=3, removed=1)
    assert part(tenant, "RAIL").row_version == 2


def test_what_a_newer_list_leaves_out_stays_as_it_is(tenant: Factory) -> None:
    imported(tenant)
    before = part(tenant, "RAIL")
    imported(tenant, "Part Number,Qty\nRAIL,7\n", parent="OTHER")
    after = part(tenant, "RAIL")
    assert (after.name, after.unit_cost, after.supplier_id, after.supplier_part, after.row_version) == (
        before.name, before.unit_cost, before.supplier_id, before.supplier_part, before.row_version
    )  # fmt: skip


def test_a_supplier_already_known_by_name_is_used(tenant: Factory) -> None:
    with tenant.begin() as session:
        session.add(Supplier(tenant_id=tenant.id, code="S-001", name="shop & sons"))
    assert imported(tenant).suppliers_created == 1
    assert imported(tenant).parts_updated == 0


def test_a_part_keeps_its_unit_and_the_line_and_cost_are_converted(tenant: Factory) -> None:
    with tenant.begin() as session:
        session.add(Part(tenant_id=tenant.id, sku="CABLE", name="Cable", uom="mm"))
    imported(tenant)
    assert lines(tenant)[1] == ("CABLE", 2500, "mm")
    assert (part(tenant, "CABLE").uom, part(tenant, "CABLE").unit_cost) == ("mm", Decimal("0.0008"))


def test_a_quantity_that_does_not_convert_exactly_is_kept_as_written(tenant: Factory) -> None:
    with tenant.begin() as session:
        session.add(Part(tenant_id=tenant.id, sku="OVEN", name="Oven time", uom="h"))
    imported(tenant, "SKU,Qty,Unit\nOVEN,20,min\nOVEN,30,min\n")
    assert lines(tenant) == [("OVEN", 20, "min"), ("OVEN", Decimal("0.5"), "h")]


def test_one_part_in_two_kinds_of_unit_is_refused_and_nothing_is_written(tenant: Factory) -> None:
    before = everything(tenant)
    mixed = LIST + "RAIL,Rail 600,3,kg,,,,\n"
    preview = compared(tenant, mixed)
    assert preview.blocked
    assert preview.fates[-1].part is Fate.REFUSE
    assert preview.fates[-1].reason == "RAIL is counted in pcs; kg cannot be converted to that."
    with pytest.raises(BomImportRefused, match="Line 8: RAIL is counted in pcs") as caught:
        imported(tenant, mixed)
    assert caught.value.members()["rows"][0]["kind"] == "unit_mismatch"
    assert everything(tenant) == before


def test_a_row_that_cannot_be_taken_stops_the_whole_import_unless_it_may_be_skipped(tenant: Factory) -> None:
    before = everything(tenant)
    with pytest.raises(BomImportRefused, match="Nothing was imported, because 1 row"):
        imported(tenant, LIST + "BOLT,Bolt,-,,,,,\n")
    assert everything(tenant) == before
    commit = imported(tenant, LIST + "BOLT,Bolt,-,,,,,\n", skip=True)
    assert [row.line for row in commit.skipped] == [8]
    assert commit.parts_created == 4


def test_many_refused_rows_are_counted_in_the_sentence_and_listed_for_programs(tenant: Factory) -> None:
    with pytest.raises(BomImportRefused, match=r"9 rows .* 4 more") as caught:
        imported(tenant, "Name,Qty\nA,1\n" + "B,-\n" * 9)
    assert len(caught.value.rows) == 9


def test_a_list_without_a_usable_row_is_refused(tenant: Factory) -> None:
    with pytest.raises(NothingToImport):
        imported(tenant, "Name,Qty\nA,-\n", skip=True)
    assert compared(tenant, "Name,Qty\nA,-\n").blocked


def test_a_list_that_would_close_a_circle_is_refused_whole(tenant: Factory) -> None:
    imported(tenant)
    imported(tenant, "SKU,Qty\nGANTRY,1\n", parent="MACHINE")
    before = everything(tenant)
    with pytest.raises(BomHasCycle) as caught:
        imported(tenant, "SKU,Name,Qty\nNEW,New part,1\nMACHINE,Machine,1\n", parent="RAIL")
    assert caught.value.path == ("RAIL", "MACHINE", "GANTRY", "RAIL")
    assert everything(tenant) == before
    with pytest.raises(BomHasCycle):
        imported(tenant, "SKU,Qty\nGANTRY,1\n")


def test_a_bought_part_that_gets_a_list_is_made_from_then_on(tenant: Factory) -> None:
    imported(tenant)
    assert part(tenant, "RAIL").kind == "bought"
    imported(tenant, "SKU,Qty\nPROFILE,1\n", parent="RAIL")
    assert part(tenant, "RAIL").kind == "made"
    with tenant.begin() as session:
        session.add(Part(tenant_id=tenant.id, sku="KIT", name="Gantry", kind="phantom"))
    imported(tenant, "SKU,Qty\nPROFILE,1\n", parent="KIT")
    assert part(tenant, "KIT").kind == "phantom"


def test_lines_of_a_parent_that_is_only_compared_stay(tenant: Factory) -> None:
    imported(tenant)
    before = everything(tenant)
    assert compared(tenant, "SKU,Qty\nRAIL,7\n").lines_removed == 4
    assert everything(tenant) == before


def test_an_import_is_told_to_the_audit_trail_once(tenant: Factory) -> None:
    commit = imported(tenant)
    with tenant.read() as session:
        told = session.execute(text("SELECT data FROM outbox WHERE topic = 'audit'")).scalars().all()
    assert [(entry["action"], entry["subject_id"], entry["user_id"]) for entry in told] == [
        ("boms:imported", str(commit.parent_id), str(tenant.actor().user_id))
    ]
    assert told[0]["after"]["parts_created"] == 4


def test_factories_never_meet(tenant: Factory, other_tenant: Factory) -> None:
    imported(tenant)
    before = everything(tenant)
    assert imported(other_tenant, LIST.replace("8.50", "1.00")).parts_created == 4
    assert everything(tenant) == before
    assert part(tenant, "RAIL").unit_cost == Decimal("8.5")


def test_lines_edited_by_hand_meet_the_next_import(tenant: Factory) -> None:
    commit = imported(tenant)
    with tenant.begin() as session:
        boms.replace_lines(
            session,
            tenant_id=tenant.id,
            actor_id=None,
            parent_id=commit.parent_id,
            edits=[BomLineEdit(part="NUT", quantity=Decimal(1), scrap_percent=Decimal(5))],
        )
    assert imported(tenant).lines == LineCounts(created=4, updated=1)
