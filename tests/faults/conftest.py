from collections.abc import Iterator

import pytest

from tests.faults.desk import Desk
from tests.faults.product import Product


@pytest.fixture
def desk(product: Product) -> Iterator[Desk]:
    """Whoever sends commands to the product of this module."""
    made = Desk(product)
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],  # noqa: ARG001 - pytest names the arguments
) -> Iterator[None]:
    """Tell with a failure what the product's processes wrote last: what chance did once, it seldom does twice."""
    report = yield
    product = getattr(item, "funcargs", {}).get("product")
    if report.failed and isinstance(product, Product):
        report.sections += product.last_words()
    return report
