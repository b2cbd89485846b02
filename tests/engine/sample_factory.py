"""A small factory to compile templates against, and strategies for random templates."""

from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from hypothesis import strategies as st

from models.messages.templates import (
    BomLine,
    CatalogFacts,
    PartFacts,
    PartLine,
    Predecessor,
    Step,
    TemplateDocument,
    WorkCenterFacts,
)
from models.rules.catalog import PartKind
from templates_engine.yaml_format import AuthoredFile, read_yaml

DEMO = Path(__file__).parents[2] / "deploy" / "demo" / "pick_and_place.yaml"


def part(sku, uom="pcs", kind=PartKind.BOUGHT, cost="1", bom=()):
    return PartFacts(
        id=uuid5(NAMESPACE_OID, sku), sku=sku, name=sku.title(), uom=uom, kind=kind, unit_cost=Decimal(cost), bom=bom
    )


def bom_line(sku, quantity="1", uom="pcs", scrap="0", *, optional=False):
    return BomLine(part=sku, quantity=Decimal(quantity), uom=uom, scrap_percent=Decimal(scrap), optional=optional)


def center(code, rate="30", labor="12"):
    return WorkCenterFacts(
        id=uuid5(NAMESPACE_OID, code),
        code=code,
        name=code.title(),
        machines=1,
        cost_per_hour=Decimal(rate),
        labor_cost_per_hour=Decimal(labor),
    )


def catalog(*parts):
    own = (part("SCREW", cost="0.10"), part("BELT", uom="m", cost="2"), part("TIME", uom="h"), *parts)
    return CatalogFacts(parts={entry.sku: entry for entry in own}, work_centers={"BENCH": center("BENCH")})


def line(sku="SCREW", quantity="1", **more):
    return PartLine(part=sku, quantity=Decimal(quantity), **more)


def step(key, *after, minutes="1", **more):
    links = tuple(link if isinstance(link, Predecessor) else Predecessor(step=link) for link in after)
    more.setdefault("work_center", "BENCH")
    return Step(key=key, name=f"Step {key}", after=links, run_minutes=Decimal(minutes), **more)


def document(*steps):
    return TemplateDocument(product="LAMP", title="Lamp", steps=steps)


def demo() -> AuthoredFile:
    return read_yaml(DEMO.read_text())


def demo_catalog(file: AuthoredFile):
    parts = {sku: part(sku, entry.uom, cost=str(entry.cost)) for sku, entry in file.parts.items()}
    centers = {
        code: center(code, str(entry.cost_per_hour), str(entry.labor_cost_per_hour))
        for code, entry in file.work_centers.items()
    }
    return CatalogFacts(parts=parts, work_centers=centers)


@st.composite
def connected_documents(draw, most=14):
    """Acyclic templates in which everything leads to the last step, authored in any order."""
    size = draw(st.integers(1, most))
    minutes = st.decimals(min_value=0, max_value=100, places=2)
    steps = []
    for number in range(size - 1):
        befores = sorted(draw(st.sets(st.integers(0, number - 1), max_size=3))) if number else []
        steps.append(step(f"s{number}", *(f"s{before}" for before in befores), minutes=draw(minutes)))
    led_from = {link.step for entry in steps for link in entry.after}
    ends = [entry.key for entry in steps if entry.key not in led_from]
    steps.append(step(f"s{size - 1}", *ends, minutes=draw(minutes)))
    return document(*draw(st.permutations(steps)))


@st.composite
def any_documents(draw, most=9):
    """Templates with any edges at all: cycles, islands and steps after themselves included."""
    size = draw(st.integers(1, most))
    numbers = st.sets(st.integers(0, size - 1), max_size=2)
    return document(*(step(f"s{n}", *(f"s{b}" for b in sorted(draw(numbers)))) for n in range(size)))
