from collections.abc import Iterator

import pytest
from temporalio.client import Client

from deploy.stack.plan import Plan
from models.connections.temporal import connect
from tests.factories import Factory, make_tenant, tenant
from tests.floor import PARTS, publish_lamp, receive
from tests.working import working

__all__ = ["tenant"]


@pytest.fixture(scope="session")
async def temporal(servers: Plan) -> Client:  # noqa: ARG001 - the servers must run
    return await connect()


@pytest.fixture(scope="module")
def worker(servers: Plan) -> Iterator[None]:  # noqa: ARG001 - the servers must run
    with working():
        yield


@pytest.fixture(scope="module")
def shop(servers: Plan) -> Factory:  # noqa: ARG001 - the servers must run
    """A factory that makes lamps, with plenty in stock."""
    factory = make_tenant()
    publish_lamp(factory)
    receive(factory, **dict.fromkeys(PARTS, "100000"))
    return factory
