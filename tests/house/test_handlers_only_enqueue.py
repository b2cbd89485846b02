"""Message handlers only put work into a queue; what costs history is started by `run`, and all of it is registered."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import activities
import workflows
from worker import build

_ROOT = Path(__file__).resolve().parents[2]
_HANDLERS = {"update", "signal", "query", "validator"}
_COMMANDS = (
    "execute_", "start_activity", "start_local_activity", "start_child_workflow", "sleep", "Lock", "Semaphore",
    "Condition", "timeout", "continue_as_new", "upsert_", "create_task", "gather", "wait_for", "patched", "write",
)  # fmt: skip
_FILES = sorted((_ROOT / "workflows").glob("*.py"))


def _handlers(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            named = {_last_name(decorator) for decorator in node.decorator_list}
            if named & _HANDLERS:
                yield node


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _methods(source: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name: node for node in found}


def _commands(source: str, handler: ast.AST, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the commands a handler gives, also through methods of its own class."""
    methods = _methods(source)
    for node in ast.walk(handler):
        if not isinstance(node, ast.Call):
            continue
        name = _last_name(node.func)
        own = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"
        if own and name in methods and name not in seen:
            yield from _commands(source, methods[name], seen | {name})
        elif name.startswith(_COMMANDS):
            yield name


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_message_handlers_give_no_command_to_temporal(path):
    source = path.read_text(encoding="utf-8")
    found = {handler.name: list(_commands(source, handler)) for handler in _handlers(source)}
    assert not any(found.values()), f"{path.name}: these handlers must only enqueue: {found}"


def test_the_handlers_are_found_where_they_are():
    named = {handler.name for path in _FILES for handler in _handlers(path.read_text(encoding="utf-8"))}
    assert {"submit", "submit_queued", "job_finished", "date_moved", "fact_number"} <= named


@pytest.mark.parametrize(
    "body",
    ["await workflow.execute_activity(x)", "await asyncio.sleep(1)", "async with self.Lock(): pass", "self.go()"],
)
def test_a_handler_that_does_more_is_seen(body):
    source = (
        "class W:\n @workflow.update\n async def act(self):\n  "
        + body
        + "\n def go(self):\n  workflow.execute_activity(x)\n"
    )
    assert [name for handler in _handlers(source) for name in _commands(source, handler)]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def _defined(package: ModuleType, mark: str) -> set[str]:
    classes = {
        each for module in _modules(package) for _, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__.startswith(package.__name__)
    }  # fmt: skip
    if mark == "__temporal_workflow_definition":
        return {each.__name__ for each in classes if mark in vars(each)}
    return {getattr(method, mark).name for each in classes for method in vars(each).values() if hasattr(method, mark)}


def test_every_workflow_is_registered_with_the_worker():
    assert {each.__name__ for each in build.WORKFLOWS} == _defined(workflows, "__temporal_workflow_definition")


def test_every_activity_is_registered_with_the_worker():
    registered = {getattr(method, "__temporal_activity_definition").name for method in build.activities()}
    assert registered == _defined(activities, "__temporal_activity_definition")
