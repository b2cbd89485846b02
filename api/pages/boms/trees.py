"""A bill of materials as a tree to look at: quantities for one and for many, and what of it is there."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.exceptions import RequestValidationError

from api.pages.frame.asking import checked
from api.pages.frame.faults import faults_of
from api.pages.frame.screen import Screen
from api.routes.boms import tree_of
from models.connections.postgres import read
from models.messages.access import Actor
from models.messages.base import Message, PositiveQuantity
from models.messages.boms import BomNode, BomTree
from models.messages.stock import StockLevel
from models.records import stock_levels
from models.rules.access import Permission
from templates_engine.boms import BomRefused

Entered = Annotated[str, Query(max_length=40)]


class Asked(Message):
    """For how many a tree is shown."""

    quantity: PositiveQuantity = Decimal(1)


@dataclass(frozen=True, slots=True)
class Branch:
    """One place with what is below it, and how much of the part is there; None for who may not see stock."""

    node: BomNode
    level: StockLevel | None
    below: "list[Branch]"

    @property
    def lacks(self) -> bool:
        """Tell whether less is available than the whole takes; what is made is judged by what it is made of."""
        return self.level is not None and self.node.leaf and self.level.available < self.node.quantity


@dataclass(frozen=True, slots=True)
class ShownTree:
    """A tree, its branches nested; `fault` instead where it cannot be grown.

    Where what was `entered` is no quantity, `wrong` says why, and the tree is that of one.
    """

    part_id: UUID
    quantity: Decimal
    whole: BomTree | None
    branches: list[Branch]
    fault: str = ""
    entered: str = ""
    wrong: str = ""


def tree_for(screen: Screen, actor: Actor, part_id: UUID, entered: str) -> ShownTree:
    """Return a part's tree as the person may see it, for the quantity they entered."""
    try:
        asked, wrong = checked(Asked, {"quantity": entered.strip()} if entered.strip() else {}), ""
    except RequestValidationError as fault:
        asked, wrong = Asked(), faults_of(screen, fault)["quantity"]
    return replace(_grown(screen, actor, part_id, asked.quantity), entered=entered, wrong=wrong)


def _grown(screen: Screen, actor: Actor, part_id: UUID, quantity: Decimal) -> ShownTree:
    try:
        whole = tree_of(actor, part_id, quantity)
    except BomRefused as refused:
        return ShownTree(part_id, quantity, None, [], str(refused))
    levels: dict[UUID, StockLevel] = {}
    if screen.may(Permission.STOCK_READ):
        with read(actor.sight) as session:
            levels = stock_levels.levels_of(session, sorted({node.part_id for node in whole.nodes}))
    return ShownTree(part_id, quantity, whole, _nested(whole, levels))


def _nested(whole: BomTree, levels: dict[UUID, StockLevel]) -> list[Branch]:
    trail: list[list[Branch]] = [[]]
    for node in whole.nodes:
        del trail[node.level :]
        branch = Branch(node, levels.get(node.part_id), [])
        trail[-1].append(branch)
        trail.append(branch.below)
    return trail[0]
