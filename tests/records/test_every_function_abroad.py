"""Every record function, run by a stranger: with our ids in hand it finds nothing of ours and changes nothing.

No filter is trusted. Each function is called with its session bound to another factory, its arguments made from its
signature and from the ids of a factory that has one of everything; what it returns must hold none of that factory's
ids or words, and that factory's rows must be the same afterwards.
"""

import ast
import importlib
import inspect
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from types import UnionType
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from deploy.stack.plan import Plan
from models.messages.access import Actor
from models.messages.commands import PauseWorkOrder
from models.records.access.sessions import RefreshRefused
from models.records.cells import Cells
from models.records.errors import StateSkew
from models.records.orders import OrderRefused
from models.records.refusals import Refusal
from tests.api.examples import WHOLE, example
from tests.api.world import build, real_ids
from tests.factories import make_tenant

RECORDS = Path(__file__).parents[2] / "models" / "records"
# What runs for all factories by design tells nothing but which factory has work, or is a tool of the functions below.
ACROSS = {
    "tenants.all_ids": "the tenants' own table may be read by all, so that a log-in can find its factory",
    "commands.tenants_waiting": "asks the owner's function, which answers with ids of factories alone",
    "orders.tenants_waiting": "asks the owner's function, which answers with ids of factories alone",
    "outbox.tenants_waiting": "asks the owner's function, which answers with ids of factories alone",
    "webhook_deliveries.tenants_waiting": "asks the owner's function, which answers with ids of factories alone",
    "access.who.who_is": "looks a credential up before its factory is known; its random id is the secret",
    "beside.beside": "looks beside a row of a statement that its caller built; every caller is run here",
    "paging.whole": "reads a statement that its caller built; every caller is run here",
    "cells.whole_as_cells": "reads a statement that its caller built; every caller is run here",
    "paging.page": "pages a statement that its caller built; every caller is run here",
    "audit_trail.named": "puts names to the entries its caller found; every caller is run here",
    "versioned.lock": "locks a row for its callers; every caller is run here",
    "versioned.change": "changes a row for its callers; every caller is run here",
    "versioned.tell": "writes an audit entry for its callers; every caller is run here",
}
FINE = (Refusal, RefreshRefused, OrderRefused, LookupError, StateSkew, SQLAlchemyError)


def _functions() -> dict[str, Callable[..., Any]]:
    found = {}
    for path in sorted(RECORDS.rglob("*.py")):
        module = ".".join(path.relative_to(RECORDS).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and _is_asked(node):
                found[f"{module}.{node.name}"] = getattr(importlib.import_module(f"models.records.{module}"), node.name)
    return found


def _is_asked(node: ast.FunctionDef) -> bool:
    first = node.args.args[0].arg if node.args.args else ""
    return not node.name.startswith("_") and first in {"session", "connection"}


FUNCTIONS = _functions()
MANY = {"Sequence", "Collection", "Iterable", "list", "set", "frozenset"}
# Messages whose smallest form a schema cannot tell.
REQUEST = {"action": "pause"}
WHOLE_MESSAGES = {
    "Command": {"request": REQUEST},
    "Asked": {"request": REQUEST},
    "AttachmentDraft": {"work_order_id": None},
    "ChangeOrder": WHOLE["ChangeOrder"],
    "TemplateDocument": WHOLE["TemplateDocument"],
}
NONE_OF = {"codes"}  # one for each opening, and there are none


class World:
    """Our factory with one of everything, a stranger's factory, and arguments made from ours."""

    def __init__(self) -> None:
        self.ours, self.abroad = make_tenant(), make_tenant()
        build(self.ours)
        self.ids = real_ids(self.ours)

    def argument(self, name: str, kind: Any) -> Any:
        """A value for a parameter: the stranger acts, everything named is ours."""
        if kind is Actor:
            return self.abroad.actor()
        if kind is UUID:
            return self._id(name)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self._message(kind)
        if is_dataclass(kind):
            hints = typing.get_type_hints(kind, include_extras=True)
            fixed = WHOLE_MESSAGES.get(getattr(kind, "__name__", ""), {})
            return kind(**{  # type: ignore[operator] # a dataclass is called as any class
                field.name: PauseWorkOrder() if field.name in fixed else self.argument(field.name, hints[field.name])
                for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
            })  # fmt: skip
        return self._generic(name, kind) if typing.get_args(kind) else self._plain(name, kind)

    def _generic(self, name: str, kind: Any) -> Any:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin in {typing.Union, UnionType}:
            return self.argument(name, next(each for each in inner if each is not type(None)))
        if origin is typing.Annotated:
            return self.argument(name, inner[0])
        if origin is tuple and inner[-1] is not Ellipsis:
            return tuple(self.argument(name, each) for each in inner)
        if name in NONE_OF:
            return ()
        if origin is tuple or getattr(origin, "__name__", "") in MANY:
            return (self.argument(name.removesuffix("s"), inner[0]),)
        return {} if "apping" in str(origin) or origin is dict else self._plain(name, kind)

    def _id(self, name: str) -> UUID:
        if name in {"tenant_id", "tenant"}:
            return self.ours.id
        if name in {"user_id", "actor_id", "user"}:
            return self.ours.actor().user_id
        return self.ids.get(name) or self.ids.get(f"{name.removesuffix('_id')}_id") or self.ids["job_id"]

    def _message(self, kind: type[BaseModel]) -> BaseModel:
        schema = kind.model_json_schema()
        made = example({**schema, "components": {}}, {"components": {"schemas": schema.get("$defs", {})}})
        made |= WHOLE_MESSAGES.get(kind.__name__, {})
        for field in made:
            if field.endswith("_id"):
                made[field] = str(self._id(field))
        return kind.model_validate(made)

    def _plain(self, name: str, kind: Any) -> Any:
        known: dict[Any, Any] = {
            int: 1, bool: True, Decimal: Decimal(1), datetime: datetime.now(UTC), timedelta: timedelta(0), bytes: b"x",
            str: {"sku": "WIRE", "code": "WIRE", "plan_hash": str(self.plan_hash)}.get(name, "WIRE"),
        }  # fmt: skip
        if kind in known:
            return known[kind]
        schema = TypeAdapter(kind).json_schema()
        return TypeAdapter(kind).validate_python(example(schema, {"components": {"schemas": schema.get("$defs", {})}}))

    @property
    def plan_hash(self) -> str:
        with self.ours.read() as session:
            return str(session.execute(text("SELECT plan_hash FROM jobs LIMIT 1")).scalar_one())

    def call(self, function: Callable[..., Any], tenant_id: UUID) -> Any:
        """Run a function in the stranger's session; returns its answer, or the refusal it met."""
        hints = typing.get_type_hints(function, include_extras=True)
        wanted = [p for p in inspect.signature(function).parameters.values() if p.default is inspect.Parameter.empty]
        values = {p.name: self.argument(p.name, hints[p.name]) for p in wanted[1:]}
        values |= {name: tenant_id for name in ("tenant_id",) if name in values}
        self.abroad = make_tenant()  # fresh, so that what one function wrote there is not what another one finds
        with self.abroad.begin() as session:
            return self._answer(function, session, wanted[0].name, values)

    @staticmethod
    def _answer(function: Callable[..., Any], session: Session, first: str, values: dict[str, Any]) -> Any:
        bound = session.connection() if first == "connection" else session
        try:
            found = function(**{first: bound, **values})
            found = list(found.of(found.columns)) if isinstance(found, Cells) else found
            session.flush()
        except FINE as refusal:
            session.rollback()
            return refusal
        return found

    def facts(self) -> str:
        """A fingerprint of every row of ours in every table."""
        whole = sha256()
        with self.ours.read() as session:
            tables = session.execute(text(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
                "AND column_name = 'tenant_id' ORDER BY 1"
            )).scalars()  # fmt: skip
            for table in tables.all():
                rows = session.execute(text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"))  # noqa: S608
                whole.update(f"{table}:{rows.scalar_one()}".encode())
        return whole.hexdigest()


@pytest.fixture(scope="module")
def world(servers: Plan) -> World:  # noqa: ARG001 - the servers must run
    return World()


def test_what_runs_across_factories_is_on_the_list_and_nothing_else_is() -> None:
    assert set(ACROSS) <= set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - set(ACROSS)))
def test_a_stranger_finds_and_changes_nothing(world: World, name: str) -> None:
    before, function = world.facts(), FUNCTIONS[name]
    for tenant_id in (world.abroad.id, world.ours.id):
        answer = world.call(function, tenant_id)
        told = "" if isinstance(answer, Exception) else repr(answer)
        assert not [each for each in world.ids.values() if str(each) in told], told[:500]
    assert world.facts() == before


def test_the_net_would_catch_a_leak(world: World) -> None:
    with world.ours.read() as session:
        told = repr(FUNCTIONS["catalog.parts.parts"](session, world.argument("filters", typing.get_type_hints(
            FUNCTIONS["catalog.parts.parts"])["filters"])))  # fmt: skip
    assert str(world.ids["part_id"]) in told
