"""Reads YAML into plain text values with their places: no numbers, no tags, no aliases."""

from typing import Any, TypeAlias

import yaml

from models.rules.sentences import Sentence, together

MAX_BYTES = 2_000_000
_MAX_DEPTH = 12
_REASONS = (
    ("cannot start any token", Sentence("a tab or a sign stands there that no text may begin with")),
    ("mapping values are not allowed", Sentence("a colon stands in a text that is not in quotation marks")),
    ("another document", Sentence("a second document begins there")),
)
_ANY_REASON = Sentence("look at the indentation, the brackets and the quotation marks there")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# The base loader makes nothing but text, lists and mappings; the C one is the same, faster.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]  # line and column, both from 1
Places: TypeAlias = dict[Path, Place]


class FileRefused(Exception):  # noqa: N818 - errors name the refusal
    """A template file that cannot be taken, with every problem and its place."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        one, told = len(problems) == 1, together(problems[:20])
        super().__init__(
            Sentence("The file has 1 problem: {problems}", problems=told)
            if one
            else Sentence("The file has {count} problems: {problems}", count=len(problems), problems=told)
        )
        self.problems = problems


def read_tree(text: str) -> tuple[Value, Places]:
    """Return the content of a YAML document with every scalar as written, and where each value stands.

    A number never passes through a float. What has no place in a template (aliases, anchors, tags, keys written
    twice, deep nesting, more than 2 MB) is refused and not interpreted; raises FileRefused.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise FileRefused((Sentence("The file is larger than {size} MB.", size=MAX_BYTES // 1_000_000),))
    try:
        problems = _forbidden(text)
        if problems:
            raise FileRefused(tuple(problems))
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as fault:
        raise FileRefused((_not_yaml(fault),)) from fault
    places: Places = {}
    value = None if root is None else _value(root, (), places, problems)
    if problems:
        raise FileRefused(tuple(problems))
    return value, places


def at(place: Place, problem: str) -> Sentence:
    """Return a problem with its place before it."""
    line, column = place
    return Sentence("Line {line}, column {column}: {problem}", line=line, column=column, problem=problem)


def _not_yaml(fault: yaml.YAMLError) -> Sentence:
    """Say where reading ended and what mostly is the reason, in place of the library's own words."""
    mark, told = getattr(fault, "problem_mark", None), str(getattr(fault, "problem", None) or "")
    if mark is None:
        return Sentence("This is not YAML: it holds a character that no text has.")
    why = next((words for sign, words in _REASONS if sign in told), _ANY_REASON)
    line, column = _place(mark)
    return Sentence("This is not YAML from line {line}, column {column} on: {why}.", line=line, column=column, why=why)


def _forbidden(text: str) -> list[str]:
    """Look at the bare events first: nothing is built before the file is known to be harmless."""
    problems: list[str] = []
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            problems.append(at(_place(event.start_mark), Sentence("aliases are not allowed; write the value out.")))
        elif isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            problems.append(at(_place(event.start_mark), Sentence("anchors and tags are not allowed.")))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            return [*problems, at(_place(event.start_mark), Sentence("nested deeper than any template is."))]
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
            problems.append(at(_place(key.start_mark), Sentence("a key must be a plain word.")))
        elif name in values:
            problems.append(at(_place(key.start_mark), Sentence("'{key}' is written twice.", key=name)))
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


def _place(mark: Any) -> Place:  # noqa: ANN401 - the C parser has its own kind of mark
    return mark.line + 1, mark.column + 1
