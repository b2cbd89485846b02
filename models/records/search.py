"""One search over everything a person may see: one statement, made of the parts that their permissions allow.

Codes are looked up by range, which row-level security lets an index serve; names are read through, of the small tables
only. Jobs and work orders, the long tables, are found by their codes alone.
"""

from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.search import Found, FoundKind, SearchRequest, SearchResults
from models.rules.access import Permission
from models.rules.search import sought

_NONE = "CAST(NULL AS text)"


def _part(  # noqa: PLR0913 - a part of the statement has this many holes
    kind: FoundKind, source: str, *, code: str, title: str, detail: str = _NONE, state: str = _NONE,
    order_id: str = "CAST(NULL AS uuid)", named: tuple[str, ...] = (), where: str = "true", newest: str = "",
) -> str:  # fmt: skip
    """Return the SELECT that finds one kind: by its code, or by what `named` columns hold."""
    fits = [f"{code} = ANY(:codes)", f"{code} >= :code AND {code} < :code_end"]
    if named:  # of a small table, read through at once
        fits = [" OR ".join([*fits, *(f"{column} ILIKE :within" for column in named)])]
    # By code alone: two walks of one index, each as long as what it gives; an OR would read every row.
    found = " UNION ".join(
        f"(SELECT {kind.value!r} AS kind, x.id, {code} AS code, {title} AS title, {detail} AS detail, "  # noqa: S608 - our own constants
        f"{state} AS state, {code} = ANY(:codes) AS exact, {order_id} AS order_id FROM {source} "
        f"WHERE {where} AND ({condition}) ORDER BY {'exact DESC, ' if named else ''}{newest or 'code'} LIMIT :each)"
        for condition in fits
    )
    return f"(SELECT * FROM ({found}) one ORDER BY exact DESC, {newest or 'code'} LIMIT :each)"  # noqa: S608 - as above


_P = Permission
_PARTS: tuple[tuple[Permission, str], ...] = (
    (_P.ORDERS_READ_OWN, _part(
        FoundKind.ORDER, "orders x JOIN products p ON p.id = x.product_id", code="x.code", title="p.name",
        detail="x.customer_name", state="x.status", named=("p.name", "x.customer_name", "x.customer_reference"),
        newest="code DESC",
    )),
    (_P.ORDERS_READ, _part(
        FoundKind.MANUFACTURING_ORDER,
        "manufacturing_orders x JOIN products p ON p.id = x.product_id JOIN orders o ON o.id = x.order_id",
        code="x.code", title="p.name", detail="o.code", state="x.status", order_id="x.order_id",
    )),
    (_P.WORK_ORDERS_READ, _part(
        FoundKind.JOB, "jobs x JOIN orders o ON o.id = x.order_id JOIN products p ON p.id = o.product_id",
        code="x.code", title="p.name", detail="o.customer_name", state="x.status",
    )),
    (_P.WORK_ORDERS_READ_OWN, _part(
        FoundKind.WORK_ORDER, "work_orders x JOIN jobs j ON j.id = x.job_id", code="x.code", title="x.name",
        detail="j.code", state="x.state",
    )),
    (_P.PRODUCTS_READ, _part(
        FoundKind.PRODUCT, "products x", code="x.sku", title="x.name", named=("x.name", "x.sku"),
    )),
    (_P.CATALOG_READ, _part(
        FoundKind.PART, "parts x", code="x.sku", title="x.name", named=("x.name", "x.sku"),
    )),
    (_P.TEMPLATES_READ, _part(
        FoundKind.TEMPLATE, "templates x JOIN products p ON p.id = x.product_id", code="x.code", title="x.title",
        detail="p.name", state="x.status", named=("x.title", "p.name"), newest="code DESC",
    )),
    (_P.CATALOG_READ, _part(
        FoundKind.SUPPLIER, "suppliers x", code="x.code", title="x.name", named=("x.name",),
    )),
    (_P.USERS_READ, _part(
        FoundKind.PERSON, "users x", code="x.username", title="x.display_name", detail="x.role",
        named=("x.display_name", "x.email"), where="x.erased_at IS NULL",
    )),
)  # fmt: skip
_RANK = {kind.value: place for place, kind in enumerate(FoundKind)}


def search(session: Session, actor: Actor, asked: SearchRequest) -> SearchResults:
    """Return what fits of what somebody may see; nothing for a text too short to tell things apart."""
    wanted = sought(asked.q)
    parts = [part for permission, part in _PARTS if actor.may(permission)]
    if not wanted.is_enough or not parts:
        return SearchResults(items=())
    within = wanted.words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    values = {
        "code": wanted.code, "code_end": wanted.code_end, "codes": list(wanted.codes), "within": f"%{within}%",
        "each": asked.each,
    }  # fmt: skip
    rows = session.execute(text(" UNION ALL ".join(parts)), values).mappings()
    found = [Found.model_validate(dict(row)) for row in rows]
    return SearchResults(items=tuple(sorted(found, key=lambda one: (not one.exact, _RANK[one.kind]))))
