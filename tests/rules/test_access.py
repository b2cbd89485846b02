from models.rules.access import MATRIX, ONLY_ADMIN, TO_DO, WIDER, Permission, Role, held, known, may
from models.rules.work_orders import HANDS_ON, Action

P = Permission


def test_technicians_work_and_managers_control():
    assert may(MATRIX[Role.TECHNICIAN], P.WORK_ORDERS_WORK)
    assert not may(MATRIX[Role.TECHNICIAN], P.WORK_ORDERS_CONTROL)
    assert may(MATRIX[Role.MANAGER], P.WORK_ORDERS_CONTROL)
    assert not may(MATRIX[Role.MANAGER], P.STOCK_MOVE)


def test_a_viewer_holds_numbers_and_nothing_else():
    assert MATRIX[Role.VIEWER] == {P.FIGURES_READ}


def test_developers_change_nothing_on_the_floor():
    floor = {
        p
        for p in P
        if p.value.endswith((":edit", ":work", ":control", ":move", ":create", ":publish", ":start", ":cancel"))
    }
    assert MATRIX[Role.DEVELOPER] & floor == {P.KEYS_EDIT, P.WEBHOOKS_EDIT}


def test_who_may_see_all_may_see_their_own():
    for narrow, wide in WIDER.items():
        assert may({wide}, narrow)
        assert not may({narrow}, wide)
        assert may({narrow}, narrow)
    assert not may(set(), P.FIGURES_READ)


def test_narrow_roles_hold_no_wide_permission():
    reading = {wide for narrow, wide in WIDER.items() if narrow.endswith(":read_own")}
    assert reading.isdisjoint(MATRIX[Role.CUSTOMER] | MATRIX[Role.OUTSOURCED_TECHNICIAN])


def test_each_action_is_its_own_permission_within_working_or_steering():
    for action in Action:
        wide = P.WORK_ORDERS_WORK if action in HANDS_ON else P.WORK_ORDERS_CONTROL
        for holds in ({wide}, {TO_DO[action]}):
            assert [other for other in Action if may(holds, TO_DO[other]) and WIDER[TO_DO[other]] is not wide] == []
            assert may(holds, TO_DO[action])
            assert may(holds, P.WORK_ORDERS_ACT)
        assert not may({TO_DO[action]}, wide)
        assert [other for other in Action if may({TO_DO[action]}, TO_DO[other])] == [action]
    assert not may({P.WORK_ORDERS_ACT, P.WORK_ORDERS_READ}, P.WORK_ORDERS_START)


def test_a_key_may_have_one_action_of_its_persons_wide_permission_and_no_more_of_it_than_the_person():
    assert held("technician", None, ["work_orders:pause"]) == {P.WORK_ORDERS_PAUSE}
    assert held("lead", ["work_orders:pause"], ["work_orders:work"]) == {P.WORK_ORDERS_PAUSE}
    assert held("manager", None, ["orders:read_own"]) == {P.ORDERS_READ_OWN}


def test_a_built_in_role_holds_what_the_matrix_says_whatever_a_factory_wrote_beside_it():
    assert held("viewer", ["users:edit"]) == MATRIX[Role.VIEWER]


def test_a_factorys_own_role_holds_what_it_was_given_but_for_what_only_administrators_have():
    assert held("night_shift", ["orders:create", "users:edit", "no:such"]) == {P.ORDERS_CREATE}
    assert held("nobody_knows", None) == frozenset()
    assert all(held("x", [word]) == frozenset() for word in ONLY_ADMIN)


def test_whoever_may_lay_hands_on_work_sees_what_is_theirs_and_a_key_only_what_it_was_given():
    assert held("presser", ["work_orders:pause"]) == {P.WORK_ORDERS_PAUSE, P.WORK_ORDERS_READ_OWN}
    assert held("presser", ["work_orders:pause"], ["work_orders:pause"]) == {P.WORK_ORDERS_PAUSE}
    assert P.WORK_ORDERS_READ_OWN not in held("foreman", ["work_orders:work", "work_orders:read"])
    assert P.WORK_ORDERS_READ_OWN not in held("inspector", ["work_orders:hold"])


def test_the_scopes_of_a_key_take_away_and_never_add():
    assert held("viewer", None, ["figures:read", "users:edit"]) == {P.FIGURES_READ}
    assert held("admin", None, []) == frozenset()


def test_words_this_version_does_not_know_are_passed_over():
    assert known(["audit:read", "rockets:launch"]) == {P.AUDIT_READ}
