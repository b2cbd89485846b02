"""Which row names the columns, and what each column means: by its name in English or German, then by its content."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from models.messages.integrations import BomField
from templates_engine.bom_files.numbers import looks_like_number
from templates_engine.bom_files.table import Line, blank

_F = BomField
# Names best first, as `plain` writes them; behind the bar, names that another field claims first.
_NAMES: dict[BomField, str] = {
    _F.SKU: "sku,part number,part no,part nr,item number,item no,item code,part code,article number,artikelnummer,"
    "artikelnr,artikel nr,teilenummer,teilenr,teile nr,materialnummer,sachnummer,pn,p n,internal part number,ipn,code,"
    "mpn,manufacturer part number,mfr part number",
    _F.NAME: "part name,item name,name,bezeichnung,benennung,component,part,item,artikel,teil,bauteil,article,material,"
    "artikelbezeichnung,description,item description,part description,beschreibung,value,wert,title,product",
    _F.QUANTITY: "quantity,qty,menge,anzahl,stueckzahl,amount,count,qnty,quantity per unit,qty per unit,qty per,"
    "quantity per,qty unit,stk,stueck,pcs,total quantity,total qty",
    _F.UOM: "uom,unit of measure,unit,units,einheit,mengeneinheit,me,measure",
    _F.UNIT_COST: "unit cost,cost unit,cost per unit,unit price,price unit,price per unit,cost each,price each,"
    "einzelpreis,stueckpreis,preis pro stueck,preis stueck,ep,each,cost,price,preis,kosten",
    _F.LINE_TOTAL: "total cost,total price,line total,extended price,extended cost,ext price,ext cost,ext,gesamtpreis,"
    "gesamtkosten,gesamt,summe,total,subtotal,sum",
    _F.SUPPLIER: "supplier,vendor,lieferant,distributor,supplier name,source,quelle,bezugsquelle,haendler,seller,"
    "bought from,store|manufacturer,hersteller",
    _F.SUPPLIER_PART: "supplier part number,supplier part,supplier sku,vendor part number,vendor sku,order number,"
    "order code,order no,bestellnummer,bestellnr,bestell nr,lieferantennummer,distributor part number|"
    "manufacturer part number,mpn,mfr part number",
    _F.LINK: "link,url,web link,weblink,website,product link,order link,hyperlink,supplier link,source link",
    _F.OPTIONAL: "optional,is optional,opt,required or optional",
    _F.DESIGNATORS: "designators,designator,reference designators,reference designator,references,reference,refdes,"
    "ref des,ref,refs,referenz,referenzen,bauteilreferenz",
    _F.NOTE: "notes,note,comments,comment,remarks,remark,bemerkung,bemerkungen,anmerkung,hinweis,hinweise,kommentar|"
    "description,beschreibung",
    _F.CATEGORY: "category,part type,item type,type,kategorie,typ,art,group,gruppe,kind,class,bauteiltyp,teiletyp",
}
_EXACT, _SECOND, _WITHIN = 100, 60, 20


def _scores(names: str) -> dict[str, int]:
    first, _, second = names.partition("|")
    exact = {name: _EXACT - rank for rank, name in enumerate(first.split(","))}
    return exact | {name: _SECOND - rank for rank, name in enumerate(filter(None, second.split(",")))}


_SCORES = {field: _scores(names) for field, names in _NAMES.items()}
_KNOWN = frozenset(name for names in _SCORES.values() for name in names)
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "#": " number "})
_NOT_A_WORD = re.compile(r"[\W_]+")
_URL = re.compile(r"^(https?://|www\.)\S+$", re.IGNORECASE)
_HEADER_WITHIN = 40
_SAMPLE = 200


@dataclass(frozen=True)
class Guess:
    """What each column seems to mean: the choice, and per field all columns that could be meant, best first."""

    chosen: dict[BomField, int]
    candidates: dict[BomField, tuple[int, ...]]


def plain(header: str) -> str:
    """Return a header without case, accents, signs and a closing number, as the tables here write it."""
    words = _NOT_A_WORD.sub(" ", header.casefold().translate(_SPELLED)).strip()
    return re.sub(r" \d$", "", words)


def is_url(text: str) -> bool:
    """Tell whether a cell is an address on the web."""
    return _URL.match(text) is not None


def known_headers(cells: Sequence[str]) -> int:
    """Count the cells that are names of columns, each name once."""
    return len({name for name in map(plain, cells) if name in _KNOWN})


def header_index(lines: Sequence[Line], named: Collection[str] = ()) -> int | None:
    """Return which row names the columns: among the first, the one with most known names; None where there is none.

    `named` are headers a person spoke of: a row that holds them all is the one, whatever language it is in.
    """
    spoken = {plain(name) for name in named}
    for at, line in enumerate(lines[:_HEADER_WITHIN]):
        if spoken and spoken <= set(map(plain, line.cells)):
            return at
    best = max(range(min(len(lines), _HEADER_WITHIN)), key=lambda at: (known_headers(lines[at].cells), -at))
    cells = lines[best].cells
    # One known name may be a part's: then no cell beside it may be a number.
    enough = 1 if not any(map(looks_like_number, cells)) else 2
    return best if known_headers(cells) >= enough else None


def guess(headers: Sequence[str], lines: Sequence[Line], width: int) -> Guess:
    """Match columns and fields by name, best match first; content overrules a name that cannot be true."""
    cells = {number: _cells(lines, number) for number in range(1, width + 1)}
    scores = _by_content(cells) if not any(headers) else _by_name(headers, cells)
    chosen: dict[BomField, int] = {}
    for field, number in sorted(scores, key=lambda pair: (-scores[pair], pair[1], pair[0])):
        if field not in chosen and number not in chosen.values():
            chosen[field] = number
    ranked = sorted(scores, key=lambda pair: (-scores[pair], pair[1]))
    candidates = {field: tuple(number for one, number in ranked if one is field) for field in BomField}
    return Guess(chosen, candidates)


def _by_name(headers: Sequence[str], cells: Mapping[int, list[str]]) -> dict[tuple[BomField, int], int]:
    scores: dict[tuple[BomField, int], int] = {}
    for number, header in enumerate(headers, start=1):
        for field in BomField:
            score = _likeness(plain(header), _SCORES[field])
            meant = _overruled(field, cells[number])
            if score and meant is not None:
                scores[meant, number] = max(score, scores.get((meant, number), 0))
    return scores


def _likeness(header: str, names: Mapping[str, int]) -> int:
    """Return 100 downwards for an exact name, less for a name within a longer header, 0 for none."""
    if header in names:
        return names[header]
    words = f" {header} "
    return max((_WITHIN + len(name) for name in names if len(name) > 2 and f" {name} " in words), default=0)  # noqa: PLR2004


def _overruled(field: BomField, cells: Sequence[str]) -> BomField | None:
    """Return what such a column really is: an Item column of 1, 2, 3 is no name, a Source of addresses a link."""
    if field in {_F.SUPPLIER, _F.NAME} and _share(cells, is_url) > 0.3:  # noqa: PLR2004 - a third is no accident
        return _F.LINK if field is _F.SUPPLIER else None
    if field in {_F.NAME, _F.SKU} and cells == [str(count) for count in range(1, len(cells) + 1)]:
        return None
    if field is _F.NAME and cells and _share(cells, looks_like_number) == 1:
        return None
    return field


def _by_content(cells: Mapping[int, list[str]]) -> dict[tuple[BomField, int], int]:
    """Guess without headers: the column of longest words is the name, the first of numbers the quantity."""
    scores: dict[tuple[BomField, int], int] = {}
    for number, texts in cells.items():
        running = texts == [str(count) for count in range(1, len(texts) + 1)]
        if _share(texts, is_url) > 0.5:  # noqa: PLR2004 - most of them
            scores[_F.LINK, number] = 1
        elif _share(texts, looks_like_number) > 0.5 and not (running and len(texts) > 1):  # noqa: PLR2004
            scores[_F.QUANTITY, number] = 1
        elif texts and not running:
            scores[_F.NAME, number] = 1 + sum(map(len, texts)) // len(texts)
    return scores


def _share(cells: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / len(cells) if cells else 0


def _cells(lines: Sequence[Line], number: int) -> list[str]:
    """Return what the column says in its first rows, blanks left out."""
    return [line.cell(number) for line in lines[:_SAMPLE] if not blank(line.cell(number))]
