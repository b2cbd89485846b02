"""Template versions: drafts that change, published ones that never do."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.messages.access import Actor
from models.messages.paging import Page
from models.messages.template_edits import EditNote, Splice
from models.messages.template_library import DraftFate, TemplateFilters, TemplateUsage
from models.messages.templates import Plan, TemplateDocument, TemplateView
from models.records import attachments
from models.records import template_revisions as revisions
from models.records.codes import take
from models.records.paging import Listing, page
from models.records.refusals import Conflict, Unfit, check_version, found
from models.records.versioned import change, lock, tell
from models.rules.orders import ENDED
from models.rules.sentences import Sentence
from models.rules.templates import TemplateStatus
from models.tables.access.people import User
from models.tables.base import utc_now
from models.tables.catalog import Product
from models.tables.orders import Order
from models.tables.templates import PlanSnapshot, Template

_WHAT, _MODULE, _CODES = "template", "templates", "TPL"
_WHOLE = EditNote()
_LISTING = Listing(
    "templates", Template.id,
    sorts={"code": Template.code, "title": Template.title, "created_at": Template.created_at},
    search=(Template.code, Template.title),
)  # fmt: skip
_SHOWN = (
    Template.id, Template.code, Template.product_id, Template.version_number, Template.status, Template.title,
    Template.plan_hash, Template.step_count, Template.created_at, Template.published_at, Template.retired_at,
    Template.row_version, Template.publish_reason, Template.updated_at,
)  # fmt: skip


_author: Any = aliased(User)
_publisher: Any = aliased(User)


def _statement(*more: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns
    columns = (
        *_SHOWN, col(Product.sku).label("product_sku"), col(Product.name).label("product_name"),
        _author.display_name.label("created_by"), _publisher.display_name.label("published_by"), *more,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(Template)
        .join(Product, col(Product.id) == col(Template.product_id))
        .join(_author, _author.id == col(Template.created_by))
        .outerjoin(_publisher, _publisher.id == col(Template.published_by))
    )


def _view(row: Row[Any], document: TemplateDocument | None = None) -> TemplateView:
    fields = {name: getattr(row, name, None) for name in TemplateView.model_fields if name != "document"}
    return TemplateView.model_validate({**fields, "content_hash": row.plan_hash, "document": document})


def templates(session: Session, filters: TemplateFilters) -> Page[TemplateView]:
    """Return one page of template versions, without their documents."""
    statement = _statement()
    if filters.product is not None:
        statement = statement.where(col(Product.sku) == filters.product)
    if filters.status is not None:
        statement = statement.where(col(Template.status) == filters.status.value)
    return page(session, statement, _LISTING, filters, _view)


def usage(session: Session, identities: Collection[UUID]) -> dict[UUID, TemplateUsage]:
    """Return how many orders each of some versions has; versions without any are left out."""
    is_open = col(Order.status).not_in([status.value for status in ENDED])
    statement = (
        select(col(Order.template_id), func.count(), func.count().filter(is_open))
        .where(col(Order.template_id).in_(identities))
        .group_by(col(Order.template_id))
    )
    return {
        identity: TemplateUsage(orders=every, open_orders=still)
        for identity, every, still in session.execute(statement)
    }


def summary(session: Session, identity: UUID) -> TemplateView:
    """Return one template version without its document. Raises Missing."""
    row = session.execute(_statement().where(col(Template.id) == identity)).first()
    return _view(found(_WHAT, identity, row))


def template(session: Session, identity: UUID) -> TemplateView:
    """Return one template version with its document. Raises Missing."""
    statement = _statement(col(Template.document).label("document")).where(col(Template.id) == identity)
    row = found(_WHAT, identity, session.execute(statement).first())
    return _view(row, TemplateDocument.model_validate(row.document))


def document_of(view: TemplateView) -> TemplateDocument:
    """Return the document of a template that was read with it."""
    if view.document is None:
        raise ValueError("this template was read without its document")
    return view.document


def create_draft(
    session: Session, actor: Actor, document: TemplateDocument, *, cloned_from: UUID | None = None
) -> TemplateView:
    """Save a new draft as the product's next version, finished or not. Raises Unfit for an unknown product."""
    product = _product(session, document.product)
    newest = session.scalar(select(func.max(Template.version_number)).where(col(Template.product_id) == product.id))
    row = Template(
        tenant_id=actor.tenant_id, code=take(session, actor.tenant_id, _CODES)[0], product_id=product.id,
        version_number=(newest or 0) + 1, title=document.title, document=document.model_dump(mode="json"),
        step_count=len(document.steps), cloned_from_id=cloned_from, created_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    view = template(session, row.id)
    _tell(session, actor, "cloned" if cloned_from else "created", None, view)
    return view


def change_draft(
    session: Session, actor: Actor, identity: UUID, document: TemplateDocument, expected: int
) -> TemplateView:
    """Replace a draft's document. Raises Missing, Stale, and Conflict for a published one or another product."""
    before = lock_draft(session, identity, expected)
    if document.product != before.product_sku:
        raise Conflict(Sentence(
            "This is a template of '{product}'; make a new template for another product.", product=before.product_sku
        ))  # fmt: skip
    return replace(session, actor, before, document)


def save_draft(session: Session, actor: Actor, document: TemplateDocument) -> tuple[TemplateView, DraftFate]:
    """Update the product's newest version if it is a draft, else make the next; tell which, or that nothing changed.

    An older draft is left alone: the version published after it has overtaken it. Raises Unfit for an unknown product.
    """
    product = _product(session, document.product)
    versions = select(Template).where(col(Template.product_id) == product.id)
    newest = session.scalars(versions.order_by(col(Template.version_number).desc()).limit(1).with_for_update()).first()
    if newest is None or newest.status != TemplateStatus.DRAFT:
        return create_draft(session, actor, document), "created"
    before = template(session, newest.id)
    after = replace(session, actor, before, document)
    return after, "unchanged" if after.row_version == before.row_version else "updated"


def replace(
    session: Session, actor: Actor, before: TemplateView, document: TemplateDocument, what: EditNote = _WHOLE
) -> TemplateView:  # fmt: skip
    """Give a locked draft another document, and remember how to take that back; nothing where nothing differs."""
    if not _store(session, before.id, document):
        return before
    after = summary(session, before.id).model_copy(update={"document": document})
    _tell(session, actor, "updated", before, after)
    splice = Splice.between(document_of(before), document)
    number = revisions.remember(session, actor, after, splice, what)
    attachments.follow(session, before.id, splice, number, renames=what.kind == "change_step")
    return after


def turn(session: Session, actor: Actor, identity: UUID, expected: int, *, back: bool) -> tuple[TemplateView, str]:
    """Take a draft's last change back, or bring the next one back; also return what it was about.

    Raises Missing, Stale, and Conflict where there is nothing to take back or to bring back.
    """
    before = lock_draft(session, identity, expected)
    row = revisions.last(session, identity) if back else revisions.next_undone(session, identity)
    if row is None:
        raise Conflict("There is nothing to take back." if back else "There is nothing to bring back.")
    made = Splice.model_validate(row.splice)
    splice = made.reversed() if back else made
    document = splice.applied(document_of(before))
    _store(session, before.id, document)
    after = summary(session, before.id).model_copy(update={"document": document})
    revisions.turn(session, actor, row, after.row_version, undone=back)
    attachments.follow(session, before.id, splice, row.number, renames=row.kind == "change_step")
    attachments.turn(session, actor, before.id, splice, row.number)
    if after.row_version != before.row_version:
        _tell(session, actor, "updated", before, after)
    return after, row.subject


def _store(session: Session, identity: UUID, document: TemplateDocument) -> bool:
    """Write a draft's document; tell whether anything differs."""
    values = {
        "title": document.title, "document": document.model_dump(mode="json"), "step_count": len(document.steps),
    }  # fmt: skip
    return change(session, session.get_one(Template, identity), values)


def lock_draft(session: Session, identity: UUID, expected: int | None = None) -> TemplateView:
    """Return a draft, locked until the transaction ends. Raises Missing, Stale, and Conflict for a published one."""
    row = lock(session, Template, _WHAT, identity)
    if row.status != TemplateStatus.DRAFT:
        raise Conflict(Sentence(
            "{template} is {status} and stays as it is; clone it to make the next version.",
            template=row.code, status=Sentence(row.status),
        ))  # fmt: skip
    if expected is not None:
        check_version(_WHAT, expected, row.row_version)
    return template(session, identity)


def publish(session: Session, actor: Actor, identity: UUID, plan: Plan, reason: str = "") -> TemplateView:
    """Make a draft, locked before, the published version its plan was compiled from; keep the plan for ever."""
    row = session.get_one(Template, identity)
    if not _product_by_id(session, row.product_id).active:
        raise Conflict("The product of this template is not active.")
    before = summary(session, identity)
    session.execute(
        insert(PlanSnapshot)
        .values(
            tenant_id=actor.tenant_id, content_hash=plan.content_hash, document=plan.model_dump(mode="json"),
            created_at=utc_now(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    values = {
        "status": TemplateStatus.PUBLISHED.value, "plan_hash": plan.content_hash, "published_at": utc_now(),
        "published_by": actor.user_id, "publish_reason": reason or None,
    }  # fmt: skip
    change(session, row, values)
    after = summary(session, identity)
    _tell(session, actor, "published", before, after)
    return after


def retire(session: Session, actor: Actor, identity: UUID) -> TemplateView:
    """Take a published version out of use; what runs by it goes on. Raises Missing and Conflict."""
    row = lock(session, Template, _WHAT, identity)
    if row.status != TemplateStatus.PUBLISHED:
        raise Conflict(Sentence(
            "{template} is {status}; only a published template can be retired.",
            template=row.code, status=Sentence(row.status),
        ))  # fmt: skip
    before = summary(session, identity)
    change(session, row, {"status": TemplateStatus.RETIRED.value, "retired_at": utc_now()})
    after = summary(session, identity)
    _tell(session, actor, "retired", before, after)
    return after


def clone(session: Session, actor: Actor, identity: UUID) -> TemplateView:
    """Make the product's next version as a draft with the same content. Raises Missing."""
    copy = create_draft(session, actor, document_of(template(session, identity)), cloned_from=identity)
    attachments.copy_to_clone(session, identity, copy.id)
    return copy


def delete_draft(session: Session, actor: Actor, identity: UUID, expected: int) -> None:
    """Throw a draft away. Raises Missing, Stale, and Conflict for a published one."""
    before = lock_draft(session, identity, expected)
    revisions.forget(session, identity)
    session.delete(session.get_one(Template, identity))
    session.flush()
    tell(session, actor, "templates:deleted", identity, module=_MODULE, before=_brief(before))


def _product(session: Session, sku: str) -> Product:
    """Return the product, locked so that its versions are numbered one after the other. Raises Unfit."""
    row = session.scalars(select(Product).where(col(Product.sku) == sku).with_for_update()).first()
    if row is None:
        raise Unfit(Sentence("There is no product '{product}'.", product=sku), "/product")
    return row


def _product_by_id(session: Session, identity: UUID) -> Product:
    return session.get_one(Product, identity)


def _brief(view: TemplateView) -> TemplateView:
    """Leave the document out: the trail keeps what changed, the version itself keeps the content."""
    return view.model_copy(update={"document": None})


def _tell(session: Session, actor: Actor, verb: str, before: TemplateView | None, after: TemplateView) -> None:
    shown = _brief(before) if before is not None else None
    tell(session, actor, f"templates:{verb}", after.id, module=_MODULE, before=shown, after=_brief(after))
