"""Reads YAML into plain text values with their places: no numbers, no tags, no aliases."""

from typing import Any, TypeAlias

import yaml

MAX_BYTES = 2_000_000
_MAX_DEPTH = 12
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# The base loader makes nothing but text, lists and mappings; the C one is the same, faster.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]
Places: TypeAlias = dict[Path, str]


class FileRefused(Exception):  # noqa: N818 - errors name the refusal
    """A template file that cannot be taken, with every problem and its place."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"The file has {count}: " + " ".join(problems[:20]))
        self.problems = problems


def read_tree(text: str) -> tuple[Value, Places]:
    """Return the content of a YAML document with every scalar as written, and where each value stands.

    A number never passes through a float. What has no place in a template (aliases, anchors, tags, keys written
    twice, deep nesting, more than 2 MB) is refused and not interpreted; raises FileRefused.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise FileRefused((f"The file is larger than {MAX_BYTES // 1_000_000} MB.",))
    try:
        problems = _forbidden(text)
        if problems:
            raise FileRefused(tuple(problems))
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as fault:
        raise FileRefused((f"This is not YAML: {' '.join(str(fault).split())}.",)) from fault
    places: Places = {}
    value = None if root is None else _value(root, (), places, problems)
    if problems:
        raise FileRefused(tuple(problems))
    return value, places


def _forbidden(text: str) -> list[str]:
    """Look at the bare events first: nothing is built before the file is known to be harmless."""
    problems: list[str] = []
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            problems.append(f"{_place(event.start_mark)}: aliases are not allowed; write the value out.")
        elif isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            problems.append(f"{_place(event.start_mark)}: anchors and tags are not allowed.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            return [*problems, f"{_place(event.start_mark)}: nested deeper than any template is."]
    return problems


def _value(node: yaml.Node, path: Path, places: Places, problems: list[str]) -> Value:
    places[path] = _place(node.start_mark)
    if isinstance(node, yaml.ScalarNode):
        return None if not node.style and node.value in _NOTHING else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, number), places, problems) for number, item in enumerate(node.value)]
    values: dict[str, Value] = {}
    for key, item in _rejoined(node):
        name = str(key.value)
        if not isinstance(key, yaml.ScalarNode):
            problems.append(f"{_place(key.start_mark)}: a key must be a plain word.")
        elif name in values:
            problems.append(f"{_place(key.start_mark)}: '{name}' is written twice.")
        else:
            values[name] = _value(item, (*path, name), places, problems)
    return values


def _rejoined(node: Any) -> list[tuple[yaml.Node, yaml.Node]]:  # noqa: ANN401 - a mapping node, by now
    """Mend what YAML makes of `{name: Check pump, valve and lights}`: a name cut at the comma, and an empty key.

    Nobody means an empty key without a colon, so in braces it is put back onto the bare text before it.
    """
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    for key, item in node.value:
        cut_off = node.flow_style and item.value == "" and item.start_mark.index == key.end_mark.index
        before = pairs[-1][1] if pairs else None
        if cut_off and isinstance(before, yaml.ScalarNode) and not before.style:
            before.value = f"{before.value}, {key.value}"
        else:
            pairs.append((key, item))
    return pairs


def _place(mark: Any) -> str:  # noqa: ANN401 - the C parser has its own kind of mark
    return f"Line {mark.line + 1}, column {mark.column + 1}"
