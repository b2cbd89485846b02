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
