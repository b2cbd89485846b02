from decimal import Decimal

from models.rules.orders import Status, most_jobs, short


def test_an_order_has_no_more_jobs_and_work_orders_than_can_be_made_in_a_while() -> None:
    assert most_jobs(5) == 2_000
    assert most_jobs(1_000) == 250
    assert most_jobs(300_000) == 1


def test_an_order_is_short_of_what_is_missing_when_it_ends() -> None:
    four, three = Decimal(4), Decimal(3)
    assert short(Status.IN_PROGRESS, four, three) == 0
    assert short(Status.DONE, four, three) == 1
    assert short(Status.DONE, four, four) == 0
    assert short("CANCELLED", four, Decimal(0)) == 4
