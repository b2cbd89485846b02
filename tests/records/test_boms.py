from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy.bench.statements import counted
from models.messages.boms import BomLineEdit, LineCounts
from models.records import boms
from models.records.boms import BomHasCycle
from models.records.refusals import Missing, Stale, Unfit
from models.tables.catalog import Part
from tests.factories import Factory

Parts = dict[str, UUID]


@pytest.fixture
def parts(tenant: Factory) -> Parts:
    """Parts A to E, counted in pieces, and CABLE in metres."""
    with tenant.begin() as session:
        rows = [Part(tenant_id=tenant.id, sku=sku, name=f"Part {sku}", kind="made") for sku in "ABCDE"]
        rows.append(Part(tenant_id=tenant.id, sku="CABLE", name="Cable", uom="m"))
        session.add_all(rows)
    return {row.sku: row.id for row in rows}


def edit(part: str, quantity: str = "1", **more: object) -> BomLineEdit:
    return BomLineEdit(part=part, quantity=Decimal(quantity), **more)


def replace(tenant: Factory, parent: UUID, *edits: BomLineEdit, expected: int | None = None) -> LineCounts:
    with tenant.begin() as session:
        return boms.replace_lines(
            session,
            tenant_id=tenant.id,
            actor_id=tenant.actor().user_id,
            parent_id=parent,
            edits=edits,
            expected_version=expected,
        )


def shown(tenant: Factory, parent: UUID) -> list[tuple[str, Decimal, str]]:
    with tenant.read() as session:
        return [(line.part, line.quantity, line.uom) for line in boms.lines(session, parent)]


def version(tenant: Factory, parent: UUID) -> int:
    with tenant.read() as session:
        return int(session.get(Part, parent).row_version)


def test_lines_keep_their_order_units_and_words(tenant: Factory, parts: Parts) -> None:
    wanted = edit("CABLE", "30", uom="cm", scrap_percent=Decimal(4), optional=True, designators="W1", notes="red")
    assert replace(tenant, parts["A"], edit("C", "2"), wanted, edit("B")) == LineCounts(created=3)
    assert shown(tenant, parts["A"]) == [("C", 2, "pcs"), ("CABLE", 30, "cm"), ("B", 1, "pcs")]
    with tenant.read() as session:
        line = boms.lines(session, parts["A"])[1]
    assert (line.part_uom, line.scrap_percent, line.optional, line.designators, line.notes) == (
        "m",
        4,
        True,
        "W1",
        "red",
    )


def test_only_what_differs_is_written_and_lines_keep_their_identity(tenant: Factory, parts: Parts) -> None:
    replace(tenant, parts["A"], edit("B"), edit("C"), edit("D"))
    with tenant.read() as session:
        before = {line.part: line.id for line in boms.lines(session, parts["A"])}
    counts = replace(tenant, parts["A"], edit("D"), edit("E"), edit("B", "5"))
    assert counts == LineCounts(created=1, updated=1, unchanged=1, removed=1)
    assert shown(tenant, parts["A"]) == [("D", 1, "pcs"), ("E", 1, "pcs"), ("B", 5, "pcs")]
    with tenant.read() as session:
        after = {line.part: line.id for line in boms.lines(session, parts["A"])}
    assert (after["B"], after["D"]) == (before["B"], before["D"])


def test_the_same_again_changes_nothing_and_tells_nobody(tenant: Factory, parts: Parts) -> None:
    replace(tenant, parts["A"], edit("B"), edit("C"))
    versions, told = version(tenant, parts["A"]), audited(tenant)
    assert replace(tenant, parts["A"], edit("B"), edit("C")) == LineCounts(unchanged=2)
    assert (version(tenant, parts["A"]), audited(tenant)) == (versions, told)


def test_the_same_part_may_stand_on_several_lines(tenant: Factory, parts: Parts) -> None:
    replace(tenant, parts["A"], edit("B", "1"), edit("C"), edit("B", "2"))
    assert replace(tenant, parts["A"], edit("B", "1"), edit("B", "2")) == LineCounts(unchanged=2, removed=1)
    assert shown(tenant, parts["A"]) == [("B", 1, "pcs"), ("B", 2, "pcs")]


def test_a_bill_can_be_emptied(tenant: Factory, parts: Parts) -> None:
    replace(tenant, parts["A"], edit("B"))
    assert replace(tenant, parts["A"]) == LineCounts(removed=1)
    assert shown(tenant, parts["A"]) == []
    assert audited(tenant) == ["boms:replaced", "boms:replaced"]


def test_a_change_names_the_version_it_is_based_on(tenant: Factory, parts: Parts) -> None:
    replace(tenant, parts["A"], edit("B"), expected=1)
    assert version(tenant, parts["A"]) == 2
    with pytest.raises(Stale):
        replace(tenant, parts["A"], edit("C"), expected=1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (edit("GHOST"), "There is no part 'GHOST'"),
        (edit("CABLE", uom="kg"), "'kg' cannot be converted to 'm'"),
        (edit("CABLE", uom="ell"), "Unit 'ell' is not known"),
    ],
)
def test_unknown_parts_and_units_are_refused_by_their_place(
    tenant: Factory, parts: Parts, wrong: BomLineEdit, words: str
) -> None:
    with pytest.raises(Unfit, match=words) as caught:
        replace(tenant, parts["A"], edit("B"), wrong)
    assert caught.value.pointer.startswith("/lines/1/")
    assert shown(tenant, parts["A"]) == []


def test_a_part_is_not_made_of_itself(tenant: Factory, parts: Parts) -> None:
    with pytest.raises(BomHasCycle) as caught:
        replace(tenant, parts["A"], edit("A"))
    assert caught.value.path == ("A", "A")


def test_a_circle_several_levels_down_is_refused_with_its_path(tenant: Factory, parts: Parts) -> None:
    replace(tenant, parts["B"], edit("D"), edit("C"))
    replace(tenant, parts["C"], edit("E"), edit("D"))
    replace(tenant, parts["D"], edit("E"))
    with pytest.raises(BomHasCycle) as caught:
        replace(tenant, parts["E"], edit("B"))
    assert caught.value.path == ("E", "B", "C", "E")
    assert caught.value.members() == {"path": ["E", "B", "C", "E"]}
    assert shown(tenant, parts["E"]) == []
    replace(tenant, parts["A"], edit("B"), edit("C"), edit("E"))


def test_of_two_people_who_close_a_circle_at_once_one_is_refused(tenant: Factory, parts: Parts) -> None:
    together = Barrier(2)

    def close(parent: str, child: str) -> str:
        together.wait()
        try:
            replace(tenant, parts[parent], edit(child))
        except BomHasCycle:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = [done.result() for done in [pool.submit(close, "A", "B"), pool.submit(close, "B", "A")]]
    assert sorted(answers) == ["done", "refused"]


def test_a_stranger_sees_and_changes_nothing(tenant: Factory, other_tenant: Factory, parts: Parts) -> None:
    replace(tenant, parts["A"], edit("B"))
    assert shown(other_tenant, parts["A"]) == []
    with pytest.raises(Missing):
        replace(other_tenant, parts["A"])
    with other_tenant.begin() as session:
        mine = Part(tenant_id=other_tenant.id, sku="MINE", name="Mine", kind="made")
        session.add(mine)
    with pytest.raises(Unfit, match="no part 'B'"):
        replace(other_tenant, mine.id, edit("B"))


def test_the_number_of_statements_does_not_grow_with_the_lines(tenant: Factory, parts: Parts) -> None:
    few = statements(lambda: replace(tenant, parts["A"], edit("B")))
    many = statements(lambda: replace(tenant, parts["D"], *(edit("B", str(count)) for count in range(1, 400))))
    assert many == few


def statements(act: Callable[[], object]) -> int:
    with counted() as seen:
        act()
    return len(seen)


def audited(tenant: Factory) -> list[str]:
    with tenant.read() as session:
        return list(session.execute(text("SELECT data->>'action' FROM outbox ORDER BY id")).scalars())
