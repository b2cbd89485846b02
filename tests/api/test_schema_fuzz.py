"""Whatever the description allows and much that it forbids: the API answers, and answers as described."""

from collections.abc import Callable

import pytest
from schemathesis.core.result import Ok

from tests.api.conftest import Api
from tests.api.fuzzing import DESCRIBED, HALVES, Operation, ask_as_everybody
from tests.floor import publish_lamp

Tally = Callable[[str, int], None]


def test_the_description_tells_of_each_operation_in_a_way_that_can_be_read() -> None:
    assert [found for found in DESCRIBED if not isinstance(found, Ok)] == []


@pytest.mark.parametrize("operation", HALVES[0], ids=lambda operation: operation.label)
def test_every_operation_answers_every_role_as_described(api: Api, operation: Operation, tally: Tally) -> None:
    publish_lamp(api.factory)
    tally("requests as described and beyond it, as every role", ask_as_everybody(api, operation))
