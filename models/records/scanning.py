"""What a scanned code means in this factory."""

from urllib.parse import urlencode

from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.scanning import Scanned, ScannedKind
from models.records.refusals import Missing
from models.rules.access import Permission
from models.rules.scanning import read_code

_FIND = text("""
    SELECT 'work_order' AS kind, w.id, w.code, w.name FROM work_orders w WHERE w.code = upper(:code)
    UNION ALL SELECT 'job', j.id, j.code, j.code FROM jobs j WHERE j.code = upper(:code) AND :jobs
    UNION ALL SELECT 'part', p.id, p.sku, p.name FROM parts p WHERE p.sku IN (:code, upper(:code)) AND :parts
    LIMIT 1
""")
# A step of a printed traveller may name the work order by its id.
_BY_ID = text("SELECT 'work_order' AS kind, id, code, name FROM work_orders WHERE CAST(id AS text) = lower(:code)")
_PERSON = text("""
    SELECT 'person' AS kind, id, username AS code, display_name AS name FROM users
     WHERE username = lower(:code) AND active AND kind = 'person'
""")
_ID_LENGTH = 36


def scanned(session: Session, actor: Actor, words: str) -> Scanned:
    """Return what a code means to this person; what nobody knows is taken for a lot only where it says so.

    Raises Missing.
    """
    reading = read_code(words)
    if reading.is_lot and reading.lot:
        address = f"/stock/ledger?{urlencode({'lot': reading.lot})}" if actor.may(Permission.STOCK_READ) else None
        return Scanned(kind=ScannedKind.LOT, code=reading.lot, name=reading.lot, lot=reading.lot, address=address)
    statement = _PERSON if reading.badge else _BY_ID if len(reading.code) == _ID_LENGTH else _FIND
    asked = {"code": reading.code} if statement is not _FIND else {
        "code": reading.code, "jobs": actor.may(Permission.WORK_ORDERS_READ),
        "parts": actor.may(Permission.CATALOG_READ),
    }  # fmt: skip
    row = session.execute(statement, asked).first()
    if row is None:
        raise Missing("thing with the code", reading.code)
    kind = ScannedKind(row.kind)
    identity = None if kind is ScannedKind.PERSON else row.id
    return Scanned(
        kind=kind, code=row.code, name=row.name, id=identity, address=_address(actor, kind, row.id), lot=reading.lot
    )


def _address(actor: Actor, kind: ScannedKind, identity: object) -> str | None:
    if kind is ScannedKind.WORK_ORDER:
        works = actor.may(Permission.WORK_ORDERS_ACT)
        return f"/station/{identity}" if works else f"/work-orders/{identity}"
    return f"/jobs/{identity}" if kind is ScannedKind.JOB else None
