"""Whatever the description allows and much that it forbids: the API answers, and answers as described."""

from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from api.app import create_app
from tests.api.conftest import Api
from tests.floor import publish_lamp

app = create_app()
# The spine's own operations; a random walk over all others is their own tests' business.
SPINE = r"^/api/v1/(orders|manufacturing-orders|jobs|work-orders|commands)"
schema = schemathesis.openapi.from_dict(app.openapi()).include(path_regex=SPINE)


@pytest.fixture
def lamps(api: Api) -> Api:
    publish_lamp(api.factory)
    return api


@schema.parametrize()
@settings(
    max_examples=3, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_every_operation_answers_as_described(lamps: Api, case: Case[Any]) -> None:
    headers = lamps.factory.headers(idempotency_key=str(uuid4()))
    wanted = {**dict(case.headers or {}), **headers}
    request = case.as_transport_kwargs(base_url="http://factory.test")
    request["headers"] = {**dict(request.get("headers") or {}), **wanted}
    if isinstance(request.get("data"), bytes | str):
        request["content"] = request.pop("data")
    answer = lamps.client.request(**{name: value for name, value in request.items() if name in {
        "method", "url", "headers", "params", "json", "data", "content", "files",
    }})  # fmt: skip
    assert answer.status_code < 500, (case.method, case.path, answer.text)
    case.validate_response(
        answer,
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
    )
