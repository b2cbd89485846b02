import random
import socket

import pytest

from deploy.stack.errors import PortTaken, StackError
from deploy.stack.ports import Ports, check, choose


def test_a_taken_port_is_named_with_the_server_and_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        port = squatter.getsockname()[1]
        with pytest.raises(
            PortTaken, match=rf"Port {port} for MongoDB is taken; set FACTORYOS_PORT_MONGODB"
        ) as refusal:
            check(Ports(mongodb=port), {"mongodb"})
    assert "factoryos stop" in str(refusal.value)
    assert "FACTORYOS_PORTS=auto make run" in str(refusal.value)


def test_a_port_that_nobody_here_needs_may_be_taken():
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        check(Ports(mongodb=squatter.getsockname()[1]), set())


def test_the_environment_moves_a_port_and_an_option_moves_the_api():
    ports = choose({"FACTORYOS_PORT_TEMPORAL": "7444", "FACTORYOS_PORT": "8111"}, auto=False, api=8222)
    assert (ports.temporal, ports.api, ports.postgresql) == (7444, 8222, 54329)


def test_automatic_ports_are_free_and_distinct():
    ports = vars(choose({}, auto=True))
    assert len(set(ports.values())) == len(ports)
    check(Ports(**ports), set(ports))


def test_ports_given_away_are_not_given_again_though_nobody_listens_there_yet(monkeypatch: pytest.MonkeyPatch):
    first = vars(choose({}, auto=True)).values()
    dice = iter([*first, *range(20_000, 32_000)])
    monkeypatch.setattr(random, "randint", lambda _lowest, _highest: next(dice))
    assert set(first).isdisjoint(vars(choose({}, auto=True)).values())


@pytest.mark.parametrize("nonsense", ["api", "0", "70000", "-1"])
def test_a_port_that_is_no_port_is_refused_by_its_variable(nonsense: str):
    with pytest.raises(StackError, match="FACTORYOS_PORT_MONGODB"):
        choose({"FACTORYOS_PORT_MONGODB": nonsense}, auto=False)


def test_two_servers_on_one_port_are_refused():
    with pytest.raises(PortTaken, match="same port"):
        check(Ports(mongodb=29111, api=29111), {"mongodb", "api"})
