from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.messages.templates import DataField, PartLine, Predecessor, Step, TemplateDocument
from models.rules.templates import DataKind, LineBasis
from templates_engine.yaml_format import FileRefused, read_yaml, write_yaml
from templates_engine.yaml_shape import AuthoredFile, AuthoredPart, AuthoredProduct, AuthoredWorkCenter
from templates_engine.yaml_tree import MAX_BYTES
from tests.engine.sample_factory import DEMO, demo

_HEAD = "product: {sku: LAMP, name: Lamp}\n"


def _steps(text):
    return read_yaml(_HEAD + "steps:\n  - " + text).document.steps


def _problems(text):
    with pytest.raises(FileRefused) as refusal:
        read_yaml(text)
    return refusal.value.problems


def test_numbers_are_read_exactly_as_written():
    (step,) = _steps("{key: A, name: A, work_center: B, run_min: 0.10, parts: {BELT: 0.295, SCREW: 1e1}}")
    assert str(step.run_minutes) == "0.10"
    assert [line.quantity for line in step.parts] == [Decimal("0.295"), 10]


def test_every_shape_of_the_format_is_understood():
    (_, step) = _steps(
        """{key: A, name: A, work_center: B}
  - key: C
    name: C
    work_center: B
    instructions:
    after: [A, {step: A2, send_ahead: 5}]
    scrap_pct: 4
    parts:
      SCREW: 3
      BELT: {quantity: 50, uom: cm, basis: per_batch, batch_size: 10, setup_quantity: 1, multiple: 100, scrap_pct: 0}
    part_lines: [{part: SCREW, quantity: 2}]
    data: [{key: v, label: Volts, type: number, uom: V, min: -1.5, max: 0}]
    optional: yes
"""
    )
    assert step.after == (Predecessor(step="A"), Predecessor(step="A2", send_ahead=Decimal(5)))
    assert [(line.part, line.quantity, line.scrap_percent) for line in step.parts] == [
        ("SCREW", 3, 4),
        ("BELT", 50, 0),
        ("SCREW", 2, 4),
    ]
    assert step.parts[1].basis is LineBasis.PER_BATCH
    assert (step.data[0].minimum, step.data[0].maximum) == (Decimal("-1.5"), 0)
    assert step.optional
    assert not step.instructions


def test_a_tilde_marks_a_cost_as_an_assumption():
    parts = read_yaml(
        _HEAD + "parts: {A: {name: A, cost: ~6.10}, B: {name: B, cost: 3}}\nsteps: [{key: a, name: a, work_center: w}]"
    ).parts
    assert [(part.cost, part.assumed) for part in parts.values()] == [(Decimal("6.10"), True), (3, False)]


def test_a_name_with_a_comma_in_braces_is_put_together_again():
    (step,) = _steps("{key: A, name: Check pump, valve and lights, work_center: B}")
    assert step.name == "Check pump, valve and lights"


def test_a_bare_word_after_anything_but_text_is_an_unknown_field():
    (problem,) = _problems(_HEAD + 'steps: [{key: a, name: "x", oops, work_center: w}]\noops: 1')
    assert "oops" in problem


def test_the_title_is_the_name_of_the_product_unless_it_is_told():
    assert read_yaml(_HEAD + "steps: [{key: a, name: a, work_center: w}]").document.title == "Lamp"
    assert demo().document.title == "Assembly of the desktop pick-and-place machine"


def test_every_problem_is_told_at_once_with_its_place():
    problems = _problems(
        """product: {sku: LAMP}
parts:
  A: {name: A, cost: NaN}
  B: word
steps:
  - {key: a, name: a, work_center: w, run_min: soon, parts: {X: [1]}, after: [{stepp: b}]}
"""
    )
    assert problems[0] == "Line 1, column 10, product.name: Field required."
    assert any(problem.startswith("Line 3, column 22, parts.A.cost: ") for problem in problems)
    assert any(problem.startswith("Line 4, column 6, parts.B: ") for problem in problems)
    assert any(problem.startswith("Line 6, column 48, steps[1].run_min: ") for problem in problems)
    assert any("steps[1].after[1].step: Field required" in problem for problem in problems)
    assert any("steps[1].parts.X" in problem for problem in problems)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x 1\nb: *x\nc: *x", "aliases are not allowed"),
        ("x: !!python/object:os.system ls", "anchors and tags are not allowed"),
        ("a: " + "[" * 100_000, "nested deeper"),
        ("a: {b: 1, b: 2}", "'b' is written twice"),
        ("? [a]\n: 1", "a key must be a plain word"),
        ("[", "This is not YAML"),
        ("a: \x07", "This is not YAML"),
        ("a: 1\n---\nb: 2", "This is not YAML"),
        ("- 1", "must be a mapping"),
        ("", "must be a mapping"),
        ("x" * (MAX_BYTES + 1), "larger than 2 MB"),
        (_HEAD + "steps: []", "steps: At least 1 item is needed."),
    ],
)
def test_hostile_or_mistaken_files_are_refused_before_anything_is_built(text, words):
    assert any(words in problem for problem in _problems(text))


def test_an_unknown_field_is_named_with_what_may_have_been_meant():
    problems = _problems(
        _HEAD
        + "note: x\nparts: {A: {name: A, costs: 1}}\n"
        + "steps: [{key: a, name: a, work_center: w, run_minutes: 1, parts: {A: {quantity: 1, xyz: 2}}}]"
    )
    assert any("note: Unknown field; did you mean 'notes'? Allowed: product, title, " in words for words in problems)
    assert any("parts.A.costs: Unknown field; did you mean 'cost'? Allowed: name, " in words for words in problems)
    assert any("run_minutes: Unknown field; did you mean 'run_min'? Allowed: key, " in words for words in problems)
    assert any("parts.A.xyz: Unknown field. Allowed: quantity, basis, " in words for words in problems)
    assert len(problems) == 4  # and not that there are no steps


def test_the_order_of_steps_is_checked_although_other_things_are_wrong():
    problems = _problems(
        _HEAD
        + """steps:
  - {key: a, name: a, work_center: w, after: [c]}
  - {key: b, name: b, after: [{step: a, sends: 1}, nowhere]}
  - {key: c, name: c, work_center: w, after: [b]}
  - {key: d, name: d, work_center: w, after: [c]}
  - {key: d, name: d, work_center: w}
"""
    )
    assert problems[:2] == (
        "Line 4, column 5, steps[2].work_center: Field required.",
        "Line 4, column 48, steps[2].after[1].sends: Unknown field. Allowed: step, send_ahead.",
    )
    assert problems[2:] == ("Line 6, column 5: Step key 'd' is used twice: by step 4 and by step 5.",)
    problems = _problems(
        _HEAD
        + """steps:
  - {key: a, name: a, work_center: w, after: [c], crew: many}
  - {key: b, name: b, work_center: w, after: [a, nowhere]}
  - {key: c, name: c, work_center: w, after: [b]}
"""
    )
    assert [words.partition(": ")[2] for words in problems[1:]] == [
        "Steps wait for each other in a circle: a → b → c → a.",
        "Step 'b' comes after 'nowhere', which is not a step of this template.",
    ]


def test_steps_that_are_no_list_have_no_order_to_check():
    assert len(_problems(_HEAD + "steps: none")) == 1


def test_a_refusal_counts_its_problems():
    with pytest.raises(FileRefused, match="The file has 2 problems: Line 1"):
        read_yaml("a: &x 1\nb: *x")


def test_the_demo_file_is_written_the_way_it_is_read():
    text = DEMO.read_text()
    assert write_yaml(demo()) == "".join(line for line in text.splitlines(keepends=True) if not line.startswith("# "))


_KEYS = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._/+:-]{0,12}\Z")
_TEXTS = (
    st.text(max_size=60)
    .filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))
    .map(lambda text: text.replace("\x00", "").strip())
)
_NAMES = _TEXTS.filter(bool)
_NUMBERS = st.decimals(min_value=0, max_value=10**6, places=4, allow_nan=False)
_POSITIVE = st.decimals(min_value=Decimal("0.0001"), max_value=10**6, places=4, allow_nan=False)
_LINES = st.builds(
    PartLine,
    part=_KEYS,
    quantity=st.decimals(min_value=-5, max_value=10**6, places=6, allow_nan=False),
    basis=st.sampled_from(LineBasis),
    batch_size=st.none() | _POSITIVE,
    uom=st.none() | st.sampled_from(["kg", "m", "no", "1"]),
    scrap_percent=st.decimals(min_value=0, max_value=100, places=2),
    setup_quantity=_NUMBERS,
    rounding_multiple=st.none() | _POSITIVE,
)
_FIELDS = st.builds(
    DataField,
    key=_KEYS,
    label=_NAMES,
    kind=st.sampled_from(DataKind),
    uom=st.none() | st.just("mm"),
    minimum=st.none() | st.decimals(min_value=-9, max_value=9, places=3),
    maximum=st.none() | st.decimals(min_value=-9, max_value=9, places=3),
    choices=st.lists(_NAMES, max_size=3).map(tuple),
    expect=st.none() | st.booleans(),
    required=st.booleans(),
)
_STEPS = st.builds(
    Step,
    key=_KEYS,
    name=_NAMES,
    instructions=_TEXTS,
    after=st.lists(st.builds(Predecessor, step=_KEYS, send_ahead=st.none() | _POSITIVE), max_size=3).map(tuple),
    work_center=_KEYS,
    setup_minutes=_NUMBERS,
    run_minutes=_NUMBERS,
    crew=st.integers(0, 1000),
    skills=st.lists(_KEYS, max_size=3).map(tuple),
    parts=st.lists(_LINES, max_size=3).map(tuple),
    data=st.lists(_FIELDS, max_size=2).map(tuple),
    optional=st.booleans(),
    quality_gate=st.booleans(),
    rework_to=st.none() | _KEYS,
)


@st.composite
def _files(draw):
    product = draw(st.builds(AuthoredProduct, sku=_KEYS, name=_NAMES))
    return AuthoredFile(
        product=product,
        work_centers=draw(
            st.dictionaries(
                _KEYS,
                st.builds(
                    AuthoredWorkCenter,
                    name=_NAMES,
                    machines=st.integers(0, 9),
                    cost_per_hour=_NUMBERS,
                    labor_cost_per_hour=_NUMBERS,
                ),
                max_size=2,
            )
        ),
        parts=draw(
            st.dictionaries(
                _KEYS,
                st.builds(AuthoredPart, name=_NAMES, uom=st.just("m"), cost=_NUMBERS, assumed=st.booleans()),
                max_size=3,
            )
        ),
        document=TemplateDocument(
            product=product.sku,
            title=draw(_NAMES),
            notes=draw(_TEXTS),
            steps=tuple(draw(st.lists(_STEPS, min_size=1, max_size=3))),
        ),
    )


def test_lines_broken_by_rare_characters_and_equal_lines_survive():
    text = (
        _HEAD
        + "steps: [{key: a, name: a, work_center: w, part_lines: [{part: X, quantity: 1}, {part: X, quantity: 1}]}]"
    )
    file = read_yaml(text)
    rare = file.document.model_copy(update={"notes": "one\x85two\u2028three\nfour"})
    file = file.model_copy(update={"document": rare})
    assert read_yaml(write_yaml(file)) == file
    assert "title:" not in write_yaml(file)


@given(_files())
def test_what_was_written_is_read_back_equal(file):
    assert read_yaml(write_yaml(file)) == file
