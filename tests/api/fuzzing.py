"""Whatever the description allows and much that it forbids: the API answers, and answers as described."""

from itertools import count, cycle
from typing import Any
from uuid import uuid4

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from api.app import create_app
from models.rules.access import Role
from tests.api.conftest import Api

app = create_app()
# A stream does not end, and who logs out takes the log-in of the next case along; their own tests walk these.
LEFT_OUT = r"^/api/v1/(live|auth/logout|auth/logout-everywhere)$"
schema = schemathesis.openapi.from_dict(app.openapi()).include(path_regex=r"^/api/v1/").exclude(path_regex=LEFT_OUT)
DESCRIBED = list(schema.get_all_operations())
OPERATIONS = [found.ok() for found in DESCRIBED if isinstance(found, Ok)]
# Two files ask, so that two processes can: every second operation each.
HALVES = (OPERATIONS[::2], OPERATIONS[1::2])
Operation = APIOperation[Any, Any, Any, Any]


def ask_as_everybody(api: Api, operation: Operation) -> int:
    """Send what the description allows to one operation, as each role in turn; check each answer, return how many."""
    roles, sent = cycle(Role), count(1)

    @settings(
        max_examples=len(Role), deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy())
    def ask(case: Case[Any]) -> None:
        _check(api, next(roles), case)
        next(sent)

    ask()
    return next(sent) - 1


def _check(lamps: Api, role: Role, case: Case[Any]) -> None:
    headers = lamps.factory.headers(role, idempotency_key=str(uuid4()))
    wanted = {**dict(case.headers or {}), **headers}
    request = case.as_transport_kwargs(base_url="http://factory.test")
    request["headers"] = {**dict(request.get("headers") or {}), **wanted}
    if isinstance(request.get("data"), bytes | str):
        request["content"] = request.pop("data")
    answer = lamps.client.request(**{name: value for name, value in request.items() if name in {
        "method", "url", "headers", "params", "json", "data", "content", "files",
    }})  # fmt: skip
    assert answer.status_code < 500, (case.method, case.path, answer.text)
    if request.get("files"):
        # The form was streamed, and the checks below want to read it again.
        assert str(answer.status_code) in case.operation.definition.raw["responses"], (case.path, answer.text)
        return
    case.validate_response(
        answer,
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
    )
