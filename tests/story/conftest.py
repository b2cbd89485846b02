from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from rich.console import Console

from deploy.demo.report import Report
from deploy.demo.screen import Screen
from deploy.demo.stack import OwnStack, own_stack
from deploy.demo.story import play


@dataclass(frozen=True)
class Played:
    """A demo that was played to its end, and its stack, which still runs."""

    stack: OwnStack
    report: Report


@pytest.fixture(scope="package")
def played() -> Iterator[Played]:
    """The demo, once for all its tests: the same code as `make demo`."""
    screen = Screen(Console())
    with own_stack(screen.note) as stack:
        yield Played(stack, play(stack, screen))
