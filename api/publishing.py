"""Templates between catalog, engine and records: checked, published, imported and exported."""

from uuid import UUID

from sqlmodel import Session

from models.messages.access import Actor
from models.messages.catalog import PartDraft, ProductDraft, WorkCenterDraft
from models.messages.template_library import TemplateCheck, TemplateImport, TemplateImported
from models.messages.templates import CatalogFacts, Fault, Plan, TemplateDocument, TemplateView
from models.records import templates as records
from models.records.catalog.facts import catalog_facts
from models.records.catalog.missing import add_missing_parts, add_missing_work_centers
from models.records.catalog.products import add_missing_product, has_product, product_name
from models.records.plans import plan as stored_plan
from models.records.refusals import CatalogLacks, Unfit
from models.rules import units
from models.rules.sentences import Sentence
from models.rules.templates import TemplateStatus
from templates_engine.compile import compile_template
from templates_engine.outline import Outline, outline
from templates_engine.refusal import TemplateRefused
from templates_engine.yaml_format import AuthoredFile, read_yaml, write_yaml
from templates_engine.yaml_shape import AuthoredPart, AuthoredProduct, AuthoredWorkCenter


def publish(session: Session, actor: Actor, template_id: UUID, expected: int | None, reason: str = "") -> TemplateView:
    """Compile a draft against the present catalog and freeze it with its plan, in the caller's transaction.

    The row stays locked meanwhile, so of two people publishing one is told that it is done. Raises TemplateRefused
    with every fault, Missing, Stale and Conflict.
    """
    draft = records.document_of(records.lock_draft(session, template_id, expected))
    return records.publish(session, actor, template_id, compile_template(draft, _facts(session, draft)), reason)


def check(session: Session, document: TemplateDocument) -> TemplateCheck:
    """Return every fault that stands against publishing a document today."""
    faults = _faults(document, _facts(session, document))
    return TemplateCheck(publishable=not faults, faults=faults)


def outline_of(session: Session, actor: Actor, view: TemplateView) -> Outline:
    """Return the frozen plan of a published template; of a draft what it comes to today, and what is wrong with it."""
    if view.status is not TemplateStatus.DRAFT and view.content_hash is not None:
        return Outline(stored_plan(session, actor.tenant_id, view.content_hash), ())
    document = records.document_of(view)
    return outline(document, _facts(session, document))


def plan_of(session: Session, actor: Actor, template_id: UUID) -> Plan:
    """Return the frozen plan of a published template, or what a draft compiles into today. Raises TemplateRefused."""
    view = records.template(session, template_id)
    if view.status is not TemplateStatus.DRAFT and view.content_hash is not None:
        return stored_plan(session, actor.tenant_id, view.content_hash)
    document = records.document_of(view)
    return compile_template(document, _facts(session, document))


def export_yaml(session: Session, template_id: UUID) -> tuple[str, str]:
    """Return a template's code and its file, with the parts and work centres it names."""
    view = records.template(session, template_id)
    document = records.document_of(view)
    facts = _facts(session, document, active_only=False)
    named_parts = dict.fromkeys(line.part for step in document.steps for line in step.parts)
    named_places = dict.fromkeys(step.work_center for step in document.steps)
    file = AuthoredFile(
        product=AuthoredProduct(sku=document.product, name=product_name(session, view.product_id)),
        work_centers={
            code: AuthoredWorkCenter(
                name=place.name, machines=place.machines, cost_per_hour=place.cost_per_hour,
                labor_cost_per_hour=place.labor_cost_per_hour,
            )
            for code in named_places if (place := facts.work_centers.get(code)) is not None
        },
        parts={
            sku: AuthoredPart(name=part.name, uom=part.uom, cost=part.unit_cost)
            for sku in named_parts if (part := facts.parts.get(sku)) is not None
        },
        document=document,
    )  # fmt: skip
    return view.code, write_yaml(file)


def import_yaml(session: Session, actor: Actor, wanted: TemplateImport) -> TemplateImported:
    """Save the template of a file as a draft, what it lacks in the catalog added where asked for.

    Raises FileRefused with every problem of the file, CatalogLacks where the product is missing and not to be added.
    """
    file = read_yaml(wanted.yaml)
    products: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    if wanted.create_missing:
        products = add_missing_product(session, actor, ProductDraft(sku=file.product.sku, name=file.product.name))
        parts = add_missing_parts(session, actor, [_part(sku, part) for sku, part in file.parts.items()])
        drafts = [_place(code, place) for code, place in file.work_centers.items()]
        places = add_missing_work_centers(session, actor, drafts)
    elif not has_product(session, file.product.sku):
        raise _lacking(session, file.document)
    view, fate = records.save_draft(session, actor, file.document)
    faults = _faults(file.document, _facts(session, file.document))
    return TemplateImported(
        dry_run=wanted.dry_run, draft=fate, template=view, products_created=products, parts_created=parts,
        work_centers_created=places, faults=faults,
    )  # fmt: skip


def _lacking(session: Session, document: TemplateDocument) -> CatalogLacks:
    """Return the refusal of a file whose product is missing, naming whatever else would be missed after it."""
    known = _facts(session, document, active_only=False)
    parts = dict.fromkeys(line.part for step in document.steps for line in step.parts)
    places = dict.fromkeys(step.work_center for step in document.steps)
    return CatalogLacks(
        document.product, [sku for sku in parts if sku not in known.parts],
        [code for code in places if code not in known.work_centers],
    )  # fmt: skip


def _facts(session: Session, document: TemplateDocument, *, active_only: bool = True) -> CatalogFacts:
    skus = [line.part for step in document.steps for line in step.parts]
    places = [step.work_center for step in document.steps]
    skills = [code for step in document.steps for code in step.skills]
    return catalog_facts(session, skus, places, skills, active_only=active_only)


def _faults(document: TemplateDocument, facts: CatalogFacts) -> tuple[Fault, ...]:
    try:
        compile_template(document, facts)
    except TemplateRefused as refused:
        return refused.faults
    return ()


def _part(sku: str, part: AuthoredPart) -> PartDraft:
    if not units.known(part.uom):
        raise Unfit(Sentence("Part '{part}': {why}", part=sku, why=units.UnknownUnit(part.uom).args[0]), "/yaml")
    return PartDraft(sku=sku, name=part.name, uom=part.uom, unit_cost=part.cost, cost_is_assumed=part.assumed)


def _place(code: str, place: AuthoredWorkCenter) -> WorkCenterDraft:
    if place.machines < 1:
        raise Unfit(Sentence("Work centre '{code}' has no machines; it needs at least one.", code=code), "/yaml")
    return WorkCenterDraft(code=code, **place.model_dump())
