"""The other half of the operations: the API answers whatever comes, and answers as described."""

from collections.abc import Callable

import pytest

from tests.api.conftest import Api
from tests.api.fuzzing import HALVES, Operation, ask_as_everybody
from tests.floor import publish_lamp

Tally = Callable[[str, int], None]


@pytest.mark.parametrize("operation", HALVES[1], ids=lambda operation: operation.label)
def test_every_operation_answers_every_role_as_described(api: Api, operation: Operation, tally: Tally) -> None:
    publish_lamp(api.factory)
    tally("requests as described and beyond it, as every role", ask_as_everybody(api, operation))
