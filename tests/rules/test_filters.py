from models.rules.access import MATRIX, Role
from models.rules.filters import FilteredList, kept, sees_shared


def test_what_is_kept_of_an_address_is_what_was_looked_for_and_not_where_one_stood() -> None:
    assert kept("?status=DONE&status=PLANNED&cursor=abc&limit=5&q=a+b&in=x&kind=") == "status=DONE&status=PLANNED&q=a+b"
    assert kept("") == ""


def test_shared_filters_are_seen_by_those_who_see_the_whole_list() -> None:
    seeing = {role for role in Role if sees_shared(MATRIX[role], FilteredList.ORDERS)}
    assert Role.MANAGER in seeing
    assert seeing & {Role.CUSTOMER, Role.VIEWER, Role.OUTSOURCED_TECHNICIAN} == set()
