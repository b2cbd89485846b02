import pytest

from tests.factories import Factory, other_tenant, tenant
from tests.floor import Hands, lamp_job

__all__ = ["other_tenant", "tenant"]


@pytest.fixture
def job(tenant: Factory) -> Hands:
    """One job of four lamps, its first work order ready, with plenty in stock."""
    return lamp_job(tenant, "4")
