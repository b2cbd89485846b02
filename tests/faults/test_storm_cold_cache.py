"""Everything is killed while workers remember nothing, answers are slow and runs are short."""

from tests.faults.product import running_product
from tests.faults.storm import JOBS, Storm
from tests.faults.survival import KILLS, MARKS, SEED, survived

_SHORT_RUNS = {"FAULTS_EVENTS_PER_RUN": "60", "FAULTS_ANSWER_SECONDS": "0.02"}

pytestmark = MARKS


def test_nothing_is_lost_with_a_cold_cache_slow_answers_and_short_runs(tmp_path):
    # Without a cache a quick write is lost with every eviction, and tried again when its workflow task times out.
    with running_product("slow_worker.py", FACTORYOS_CACHED_WORKFLOWS="0", **_SHORT_RUNS) as product:
        survived(Storm(product, SEED, KILLS, jobs=JOBS // 2).rage(), tmp_path, **_SHORT_RUNS)
