import json
import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from deploy.stack.mongodb import MongoDB
from deploy.stack.ports import choose
from deploy.stack.state import State
from deploy.stack.supervisor import Supervisor
from models.connections.log_files import Place, generations, lines_from
from models.connections.log_shipper import Shipper
from models.connections.logs import JsonLinesFile
from tests.stack import fresh_home

_PROJECT = Path(__file__).resolve().parents[2]
_WRITES_FOR_EVER = """
from itertools import count
from time import sleep
import structlog
from models.connections.logs import configure_logging
from models.connections.log_shipper import start_log_shipper
configure_logging("busy")
start_log_shipper("busy")
for number in count():
    structlog.get_logger("work").info("done", number=number)
    if number == 3000:
        print("well under way", flush=True)
    if number > 3000:
        sleep(0.001)  # busy, not mad: what it writes before it is killed is shipped in a moment and stays in its files
"""


class LogServer:
    """A MongoDB of our own that a test may take away and give back."""

    def __init__(self, home: Path) -> None:
        state = State(home)
        state.create()
        server = MongoDB(state, state.secrets(), choose({}, auto=True).mongodb)
        self.url = server.url
        self._child = server.child()
        self._supervisor = Supervisor(state.run_file, print)
        self.give()

    def client(self, patience_ms: int) -> MongoClient[dict[str, Any]]:
        return MongoClient(self.url, tz_aware=True, serverSelectionTimeoutMS=patience_ms)

    def give(self) -> None:
        self._supervisor.start(self._child)

    def take(self) -> None:
        self._supervisor.stop()


@pytest.fixture(scope="module")
def log_server() -> Iterator[LogServer]:
    with fresh_home() as home:
        server = LogServer(home)
        yield server
        server.take()


@pytest.fixture
def collection(log_server: LogServer) -> Iterator[Collection[dict[str, Any]]]:
    with log_server.client(patience_ms=60_000) as client:
        client.drop_database("logs_test")
        yield client.logs_test.system_logs


@pytest.fixture
def logger(request: pytest.FixtureRequest) -> Iterator[logging.Logger]:
    one = logging.getLogger(f"test.{request.node.name}")
    one.setLevel(logging.INFO)
    yield one
    for handler in one.handlers[:]:
        one.removeHandler(handler)
        handler.close()


def _write_to(logger: logging.Logger, folder: Path, largest: int = 50_000_000, kept: int = 5) -> None:
    handler = JsonLinesFile("shop", folder, largest, kept)
    handler.setFormatter(logging.Formatter('{"number": %(message)s, "message": "counted", "level": "info"}'))
    logger.addHandler(handler)


def _numbers(collection: Collection[dict[str, Any]]) -> Counter[int]:
    found = collection.find({"message": {"$in": ["counted", "done"]}})
    return Counter(document["context"]["number"] for document in found)


def test_log_lines_written_while_mongodb_is_away_arrive_once_when_it_is_back(tmp_path, log_server, collection, logger):
    _write_to(logger, tmp_path)
    for number in range(700):
        logger.info(number)
    _shipped(tmp_path, collection)
    log_server.take()
    with log_server.client(patience_ms=300) as impatient:
        shipper = Shipper("shop", tmp_path, impatient[collection.database.name][collection.name])
        shipper.start()
        for number in range(700, 1500):
            logger.info(number)
        shipper.stop(60)
    assert json.loads((tmp_path / "shop.shipped.json").read_text())["offset"] < (tmp_path / "shop.jsonl").stat().st_size
    log_server.give()
    _shipped(tmp_path, collection)
    assert _numbers(collection) == Counter(range(1500))


def test_shipping_the_same_lines_again_stores_nothing_twice(tmp_path, collection, logger):
    _write_to(logger, tmp_path)
    for number in range(20):
        logger.info(number)
    _shipped(tmp_path, collection)
    (tmp_path / "shop.shipped.json").unlink()
    _shipped(tmp_path, collection)
    assert _numbers(collection) == Counter(range(20))


def test_a_log_that_turns_over_while_it_is_shipped_arrives_whole(tmp_path, collection, logger):
    _write_to(logger, tmp_path, largest=4000, kept=400)
    shipper = Shipper("shop", tmp_path, collection)
    shipper.start()
    for number in range(6000):
        logger.info(number)
    shipper.stop(120)
    assert len(generations(tmp_path, "shop")) > 50
    assert _numbers(collection) == Counter(range(6000))


def test_after_a_kill_the_next_start_ships_on_without_loss_or_doubles(tmp_path, log_server, collection):
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_PROJECT),
        "MONGO_URL": log_server.url,
        "MONGO_DATABASE": "logs_test",
        "FACTORYOS_LOG_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://unused",
        "FACTORYOS_SECRET_KEY": "k" * 32,
    }
    command = [sys.executable, "-c", _WRITES_FOR_EVER]
    with subprocess.Popen(command, env=environment, cwd=_PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "well under way\n"
        while collection.estimated_document_count() < 1000:
            assert process.poll() is None
        os.kill(process.pid, SIGKILL)
    JsonLinesFile("busy", tmp_path).close()  # the next start of the service: a torn line is closed
    shipper = Shipper("busy", tmp_path, collection)
    shipper.start()
    shipper.stop(120)
    lines = [json.loads(line) for path in generations(tmp_path, "busy").values() for line in _whole(path)]
    written = [line["number"] for line in lines if line["message"] == "done"]
    assert written == list(range(len(written)))
    assert _numbers(collection) == Counter(written)


def test_a_line_that_mongodb_cannot_hold_is_kept_as_text(tmp_path, collection, logger):
    _write_to(logger, tmp_path)
    logger.info("1")
    with (tmp_path / "shop.jsonl").open("a") as handle:
        handle.write('{"message": "huge", "count": 123456789012345678901234567890}\nno json at all\n[1]\n')
    logger.info("2")
    _shipped(tmp_path, collection)
    assert _numbers(collection) == Counter([1, 2])
    texts = [document["message"] for document in collection.find({"level": "error"})]
    assert [text for text in texts if "123456789012345678901234567890" in text]
    assert {"no json at all", "[1]"} <= set(texts)


def test_when_kept_files_were_too_few_shipping_goes_on_with_the_oldest_left(tmp_path, logger):
    _write_to(logger, tmp_path)
    logger.info("1")
    found = list(lines_from(generations(tmp_path, "shop"), Place("a generation long gone", 999)))
    assert [json.loads(line.text).get("number") for line in found] == [None, 1]


def test_every_line_is_json_in_utc_with_its_service_and_without_secrets():
    code = """
import logging, structlog
from models.connections.logs import configure_logging
configure_logging("shop")
structlog.contextvars.bind_contextvars(order="O-1")
structlog.get_logger("mine").info("bound", password="hunter2", nested={"api_key": "hunter2", "kept": 1})
logging.getLogger("uvicorn.error").info("Started %s", "well")
logging.getLogger("temporalio").warning("at postgresql://me:hunter2@db/x with Authorization: Bearer hunter2")
try:
    raise ValueError("token=hunter2")
except ValueError:
    logging.getLogger("mine").exception("failed")
"""
    environment = {"PYTHONPATH": str(_PROJECT), "DATABASE_URL": "x", "FACTORYOS_SECRET_KEY": "k" * 32}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "hunter2" not in done.stdout
    bound, started, leaky, failed = (json.loads(line) for line in done.stdout.splitlines())
    assert {line["service"] for line in (bound, started, leaky, failed)} == {"shop"}
    assert (bound["message"], bound["level"], bound["logger"], bound["order"]) == ("bound", "info", "mine", "O-1")
    assert bound["nested"]["kept"] == 1
    assert bound["timestamp"].endswith("Z")
    assert (started["message"], started["logger"]) == ("Started well", "uvicorn.error")
    assert leaky["level"] == "warning"
    assert "ValueError" in failed["exception"]


def _whole(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines() if line.endswith(b"}")]


def _shipped(folder: Path, collection: Collection[dict[str, Any]]) -> None:
    shipper = Shipper("shop", folder, collection)
    shipper.start()
    shipper.stop(120)
