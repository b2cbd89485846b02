"""Everything is killed while twenty jobs run."""

from tests.faults.product import running_product
from tests.faults.storm import Storm
from tests.faults.survival import KILLS, MARKS, SEED, survived

pytestmark = MARKS


def test_nothing_is_lost_doubled_or_stuck_when_everything_is_killed(tmp_path):
    with running_product() as product:
        survived(Storm(product, SEED, KILLS).rage(), tmp_path)
