"""Parts lists brought in by pages: looked at, corrected, written once; the next file is read as the last one was."""

import io
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

from models.rules.access import Role
from tests.factories import Factory
from tests.floor import rows, scalar
from tests.pages.conftest import Browser
from tests.pages.reading import Reader, words

Opens = Callable[..., Browser]
LIST = "Teilenummer;Bezeichnung;Menge;Einzelpreis\nNUT;Mutter;4;0,02\nBOLT;Schraube;8;0,05\n"


_FORMATS = "http://schemas.openxmlformats.org"


def _send(browser: Browser, content: bytes | str, key: str = "f1", file: str = "list.csv", **form: str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return browser.upload("/imports", file, data, {"key": key, "default_uom": "pcs", **form})


def _import(browser: Browser, path: str, key: str = "i1", **form: str) -> Any:
    return browser.post(path, {"key": key, "version": "1", "action": "import", **form})


def test_a_list_is_looked_at_and_then_written_once(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    path = _send(ivan, LIST, parent="GANTRY", name="Gantry").headers["location"]
    assert _send(ivan, LIST, parent="GANTRY", name="Gantry").headers["location"] == path
    look = words(ivan.get(path).text)
    assert "New parts 2" in look
    assert "NUT Mutter Mutter 4 pcs 0.02 New" in look
    assert scalar(tenant, "SELECT count(*) FROM parts") == 0
    for _ in range(2):
        assert _import(ivan, path).headers["location"] == path
    assert "Parts added 2" in words(ivan.get(path).text)
    assert {row.sku: row.kind for row in rows(tenant, "SELECT sku, kind FROM parts")} == {
        "NUT": "bought", "BOLT": "bought", "GANTRY": "made",
    }  # fmt: skip
    assert scalar(tenant, "SELECT count(*) FROM imports WHERE content IS NOT NULL") == 0
    assert "3 parts" not in (listed := words(ivan.get("/imports").text))
    assert "list.csv GANTRY 2 parts" in listed, listed


def test_the_same_file_again_changes_what_differs_and_doubles_nothing(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    _import(ivan, _send(ivan, LIST, parent="GANTRY").headers["location"])
    again = _send(ivan, LIST.replace("0,05", "0,07"), "f2", parent="GANTRY").headers["location"]
    look = words(ivan.get(again).text)
    assert "Changed parts 1" in look
    assert "Cost per unit: 0.05 → 0.07" in look
    _import(ivan, again, "i2")
    assert scalar(tenant, "SELECT count(*) FROM parts") == 3
    assert scalar(tenant, "SELECT count(*) FROM bom_lines") == 2


def test_a_list_of_parts_only_needs_no_quantities(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    path = _send(ivan, "SKU,Name,Cost\nNUT,Nut,0.02\nBOLT,Bolt,\n").headers["location"]
    assert "New parts 2" in words(ivan.get(path).text)
    assert _import(ivan, path).status_code == 303
    assert scalar(tenant, "SELECT count(*) FROM parts") == 2
    assert scalar(tenant, "SELECT count(*) FROM bom_lines") == 0


def test_a_correction_is_remembered_for_the_next_file_with_these_headings(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    odd = "SKU;Name;Menge;Je Stück\nNUT;Nut;40;4\nBOLT;Bolt;80;8\n"
    path = _send(ivan, odd, parent="GANTRY").headers["location"]
    assert "NUT Nut Nut 40 pcs" in words(ivan.get(path).text)
    fix = {"action": "look", "version": "1", "parent": "GANTRY", "default_uom": "pcs",
           "column-sku": "1", "column-name": "2", "column-quantity": "4"}  # fmt: skip
    assert ivan.post(path, fix).status_code == 303
    assert "NUT Nut Nut 4 pcs" in words(ivan.get(path).text)
    assert _import(ivan, path, version="2").status_code == 303
    next_one = _send(ivan, odd.replace("NUT", "NUT-2"), "f2", parent="GANTRY").headers["location"]
    assert "NUT-2 Nut Nut 4 pcs" in words(ivan.get(next_one).text)
    assert scalar(tenant, "SELECT count(*) FROM imports") == 2


def test_rows_that_cannot_be_taken_come_back_as_a_file_with_their_reasons(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    path = _send(ivan, LIST + "GEAR;Zahnrad;viele;1\n", parent="GANTRY").headers["location"]
    assert "Rows refused 1" in words(ivan.get(path).text)
    file = ivan.get(f"/api/v1{path}/refused").text
    assert file.splitlines()[1].startswith("GEAR;Zahnrad;viele;1;4;The quantity 'viele' is not a number.")
    refused = _import(ivan, path)
    assert refused.status_code == 422
    assert "Nothing was imported" in refused.text
    assert scalar(tenant, "SELECT count(*) FROM parts") == 0
    assert _import(ivan, path, "i2", skip_refused="yes").status_code == 303
    assert "Rows left out 1" in words(ivan.get(path).text)


def _xlsx(*table: tuple[object, ...]) -> bytes:
    def cell(value: object) -> str:
        return (
            f"<c><v>{value}</v></c>"
            if isinstance(value, float | int)
            else (f'<c t="inlineStr"><is><t>{value}</t></is></c>')
        )

    head, package, kinds = '<?xml version="1.0"?>', f"{_FORMATS}/package/2006", f"{_FORMATS}/officeDocument/2006"
    main = f"{_FORMATS}/spreadsheetml/2006/main"

    def related(kind: str, target: str) -> str:
        one = f'<Relationship Id="r1" Type="{kinds}/relationships/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{package}/relationships">{one}</Relationships>'

    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in table)
    sheets = f'<sheets><sheet name="A" sheetId="1" xmlns:r="{kinds}/relationships" r:id="r1"/></sheets>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, head + content)
    return packed.getvalue()


def test_an_excel_file_is_read_with_exact_numbers(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    content = _xlsx(
        ("Part number", "Name", "Qty", "Unit cost"), ("NUT", "Nut", 4, 0.1 + 0.2), ("BOLT", "Bolt", 1.5, 1234.5)
    )
    path = _send(ivan, content, parent="GANTRY", file="list.xlsx").headers["location"]
    _import(ivan, path)
    costs = {
        row.sku: str(row.unit_cost) for row in rows(tenant, "SELECT sku, unit_cost FROM parts WHERE kind = 'bought'")
    }
    assert costs == {"NUT": "0.300000", "BOLT": "1234.500000"}


def test_what_is_no_list_at_all_is_told_at_the_file(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    for content in (b"", b"PK\x03\x04rest", b"%PDF-1.4", b"\x00" * 90):
        answer = _send(ivan, content)
        assert answer.status_code == 422
        assert 'class="field-fault"' in answer.text.split('id="file-told"')[1]
    assert ivan.post("/imports", {"key": "k"}).status_code == 422
    assert scalar(tenant, "SELECT count(*) FROM imports") == 0


def test_a_file_that_is_let_go_of_is_gone(browser: Opens, tenant: Factory) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    path = _send(ivan, LIST).headers["location"]
    assert ivan.post(path, {"action": "discard"}).headers["location"] == "/imports"
    assert ivan.get(path).status_code == 404
    assert scalar(tenant, "SELECT count(*) FROM imports") == 0


def test_who_may_not_edit_the_catalog_is_offered_no_import(browser: Opens) -> None:
    page = Reader(browser(Role.TECHNICIAN).get("/parts").text)
    assert [one for one in page.addresses if one.startswith("/imports")] == []


def test_why_a_row_or_a_file_is_not_taken_is_said_in_the_pages_language(browser: Opens) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    rough = (
        "Teilenummer;Bezeichnung;Menge;Einheit;Einzelpreis\nNUT;Mutter;viele;;0,02\nBOLT;Schraube;-8;;0,05\n"
        "PIN;Stift;2,5;Stk;0,1\nBAR;Stange;3;Elle;1,0\nROD;Stab;;;1,0\nSumme;;;;9,99\n"
    )
    path = _send(ivan, rough, parent="GANTRY").headers["location"]
    look = words(ivan.get(path, accept_language="de").text)
    for told in (
        "Menge: „viele“ ist keine Zahl.", "Menge: „-8“ ist negativ.", "Die Einheit „Elle“ ist nicht bekannt.",
        "Es fehlt die Menge.", "2.5 Stück ist keine ganze Zahl: Stimmt die Einheit?", "Die Datei nennt als Summe 9.99;",
    ):  # fmt: skip
        assert told in look, look
    refused = ivan.post(path, {"key": "i1", "version": "1", "action": "import"}, accept_language="de")
    told = words(refused.text)
    assert "Es wurde nichts importiert, weil 4 Zeilen nicht übernommen werden können. Zeile 2: Menge: „viele“" in told
    _import(ivan, path, "i2", skip_refused="yes")
    done = words(ivan.get(path, accept_language="de").text)
    assert "2 Etwas darin, das eine Zahl sein sollte, ist keine." in done
    assert "2 The quantity 'viele' is not a number." in words(ivan.get(path).text)


def test_a_file_that_cannot_be_read_is_refused_in_the_pages_language(browser: Opens) -> None:
    ivan = browser(Role.INVENTORY_MANAGER)
    ivan.jar["language"] = "de"
    for content, told in (
        (b"%PDF-1.7", "Das ist ein PDF: Lassen Sie sich die Liste als CSV geben"),
        (b"  \n", "Die Datei ist leer."), (b"PK\x03\x04 not a sheet", "Diese Tabelle ist nicht lesbar"),
    ):  # fmt: skip
        assert told in words(_send(ivan, content).text)
