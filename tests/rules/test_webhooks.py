from datetime import timedelta
from itertools import pairwise

from models.rules.webhooks import hears, misnamed, pause_after


def test_a_webhook_hears_of_what_it_named():
    assert hears(["orders:created"], "orders:created")
    assert hears(["x:y", "orders:*"], "orders:created")
    assert not hears(["orders:*"], "work_orders:created")
    assert not hears(["orders:created"], "orders:changed")
    assert not hears([], "orders:created")


def test_a_feature_that_nothing_is_told_of_is_named_with_the_one_that_is_meant():
    assert misnamed("orders:*") is None
    assert "Did you mean 'work_orders:completed'?" in str(misnamed("work_order:completed"))
    assert "Did you mean" not in str(misnamed("weather:*"))


def test_tries_come_ever_later_and_end_after_a_day():
    pauses = []
    while (pause := pause_after(len(pauses) + 1)) is not None:
        pauses.append(pause)
    assert pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == timedelta(hours=24)
    assert all(before < after for before, after in pairwise(pauses))
