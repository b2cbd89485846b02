from templates_engine.outline import outline
from templates_engine.sketch import sketch
from tests.engine.sample_factory import catalog, document, step


def _kinds(*steps):
    drawn = sketch(outline(document(*steps), catalog()))
    return {(curve.before, curve.after): curve.kind for curve in drawn.curves}


def test_every_link_is_drawn_as_what_it_is():
    assert _kinds(
        step("a", minutes="5"), step("b", "a"), step("c", "a", "b", minutes="9"), step("d", "a"),
        step("e", "c", "d", quality_gate=True, rework_to="c"),
    ) == {
        ("a", "b"): "critical", ("b", "c"): "critical", ("a", "c"): "implied", ("a", "d"): "plain",
        ("c", "e"): "critical", ("d", "e"): "plain", ("e", "c"): "rework",
    }  # fmt: skip


def test_a_circle_shows_the_link_that_closes_it():
    assert _kinds(step("a", "b"), step("b", "a"))["b", "a"] == "broken"


def test_cards_stand_within_the_drawing_and_names_take_two_lines():
    named = step("a").model_copy(update={"name": "A very long name of a step that nobody would ever write on a card"})
    drawn = sketch(outline(document(named, step("b", "a")), catalog()))
    assert all(0 <= card.x <= drawn.width and 0 <= card.y <= drawn.height for card in drawn.cards)
    assert len(drawn.cards[0].lines) == 2
    assert drawn.cards[0].lines[1].endswith("…")


def test_more_steps_than_a_picture_can_show_are_not_drawn():
    steps = [step("s0"), *(step(f"s{number}", f"s{number - 1}") for number in range(1, 301))]
    assert sketch(outline(document(*steps), catalog())) is None
