"""The checks of the storms are worth something: without idempotency the same storm finds errors."""

import psycopg

from tests.faults.careless_worker import UNIQUE
from tests.faults.checks import violations
from tests.faults.product import Product, running_product
from tests.faults.storm import Storm
from tests.faults.survival import MARKS, SEED

pytestmark = MARKS
_MOST_STRIKES = 40


def test_without_idempotency_the_same_storm_finds_errors():
    with running_product("careless_worker.py", FAULTS_ANSWER_SECONDS="1") as product:
        _drop_unique_constraints(product)
        victims = {"worker-1": 1, "worker-2": 1}
        storm = Storm(product, SEED, _MOST_STRIKES, 0, settle_seconds=25, victims=victims, strikes_at_writes=True)
        storm.rage()
        found = violations(storm)
        print(f"\n{storm}\n{len(found)} violations: " + "\n".join(found[:20]))  # noqa: T201
        assert any("facts" in words for words in found), f"the checks found no doubled fact: {found} ({storm})"


def _drop_unique_constraints(product: Product) -> None:
    with psycopg.connect(product.environment["DATABASE_OWNER_URL"]) as owner:
        for statement in UNIQUE:
            owner.execute(statement)
