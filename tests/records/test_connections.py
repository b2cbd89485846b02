from typing import Any

import pytest
import sqlalchemy
from psycopg import Connection

from models.connections.postgres import dispose, unbound

pytestmark = pytest.mark.usefixtures("servers")


def _driver(connection: sqlalchemy.Connection) -> Connection[Any]:
    return connection.connection.driver_connection


def test_a_connection_in_use_while_the_pool_is_disposed_of_closes_when_it_is_given_back() -> None:
    with unbound() as lent:
        driver = _driver(lent)
        dispose()
        assert lent.exec_driver_sql("SELECT 1").scalar() == 1
    assert driver.closed


def test_a_connection_that_lies_idle_when_the_pool_is_disposed_of_is_closed() -> None:
    with unbound() as lent:
        driver = _driver(lent)
    assert not driver.closed
    dispose()
    assert driver.closed
