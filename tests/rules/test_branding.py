import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.branding import GROUNDS, LEAST_CONTRAST, accent_for, contrast
from models.rules.logos import LARGEST_BYTES, LogoRefused, kind_of

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'


@given(COLOURS, st.sampled_from(["light", "dark"]))
def test_whatever_colour_is_chosen_text_in_it_and_on_it_can_be_read(chosen: str, theme: str) -> None:
    made = accent_for(chosen, theme)
    for text in (made.accent, made.strong):
        assert all(contrast(text, ground) >= LEAST_CONTRAST for ground in (*GROUNDS[theme], made.tint))
        assert contrast(made.on_accent, text) >= LEAST_CONTRAST


def test_a_colour_that_can_be_read_stays_as_it_was_chosen() -> None:
    assert accent_for("#0b5cad", "light").accent == "#0b5cad"
    assert accent_for("#7ab8f5", "dark").accent == "#7ab8f5"
    assert accent_for("#ffee00", "light").accent != "#ffee00"


def test_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_picture_that_is_one_is_taken() -> None:
    assert kind_of(PNG) == "image/png"
    assert kind_of(SVG.format('<title>x</title><path d="M0 0h9" fill="#fff"/>').encode()) == "image/svg+xml"
    gradient = '<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs><rect fill="url(#g)"/>'
    assert kind_of(SVG.format(gradient).encode()) == "image/svg+xml"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\xff\xfe",
        b"<html></html>",
        PNG[:40],
        PNG + b"<script>",
        PNG[:16] + b"\x00\x00\xff\xff" + PNG[20:],
        PNG[:12] + b"IDAT" + PNG[16:],
        b"x" * (LARGEST_BYTES + 1),
        *(
            SVG.format(inside).encode()
            for inside in (
                "<script>alert(1)</script>",
                "<style>*{fill:red}</style>",
                '<rect onload="x()"/>',
                '<rect style="fill:red"/>',
                '<a href="https://evil.example"><rect/></a>',
                '<image href="data:image/png;base64,AA"/>',
                '<use href="#x"/>',
                '<rect fill="url(https://evil.example/x)"/>',
                "<rect fill=\"url( 'https://evil.example/x')\"/>",
                "<foreignObject><body/></foreignObject>",
                '<rect xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#x"/>',
                '<x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>',
                "<animate/>",
                '<path d="javascript:alert(1)"/>',
                "<!-- fine --><set/>",
            )
        ),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0"?><?xml-stylesheet href="x.css"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<svg/>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
    ],
)
def test_anything_but_a_picture_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(LogoRefused) as refused:
        kind_of(content)
    assert str(refused.value).endswith(".")


@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault_of_ours(content: bytes) -> None:
    for given_bytes in (content, PNG[:8] + content, b"<svg" + content):
        try:
            kind_of(given_bytes)
        except LogoRefused:
            continue
