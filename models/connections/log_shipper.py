"""Carries a process's own log lines to MongoDB: each exactly once, in its own time, never in the process's way."""

import json
import logging
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

import bson
from pymongo import ReplaceOne, WriteConcern
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from models.connections.log_files import Line, Place, generations, lines_from, parsed, unreadable
from models.connections.mongo import mongo
from models.connections.settings import settings

COLLECTION = "system_logs"
_BATCH = 500
_POLL_SECONDS = 0.5
_LONGEST_BACK_OFF_SECONDS = 30.0
_OWN_FIELDS = ("service", "level", "message", "logger")
_log = logging.getLogger(__name__)


class Shipper:
    """A daemon thread that follows one service's JSON-lines files.

    A document's `_id` is its place in the log, so shipping a line twice stores it once. How far it came is noted beside
    the log after each batch that MongoDB has in its journal: after a kill, at worst the last batch is sent again.
    """

    def __init__(self, service: str, folder: Path, collection: Collection[dict[str, Any]]) -> None:
        self._service = service
        self._folder = folder
        self._collection = collection.with_options(write_concern=WriteConcern(w=1, j=True))
        self._note = folder / f"{service}.shipped.json"
        self._place = self._read_note()
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"log shipper of {service}", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Send what is written so far if MongoDB allows; ends within `timeout` seconds, the rest waits in the file."""
        self._stop.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        pause = _POLL_SECONDS
        while True:
            last_pass = self._stop.is_set()  # read first, so that the last pass sees all lines written before stop()
            try:
                self._ship_all()
                pause = _POLL_SECONDS
            except (PyMongoError, OSError) as error:
                if pause == _POLL_SECONDS:
                    _log.warning("System logs wait in their file, MongoDB does not take them: %s", error)
                pause = min(pause * 2, _LONGEST_BACK_OFF_SECONDS)
            except Exception:  # noqa: BLE001 - the thread must outlive any surprise in one batch
                _log.exception("The log shipper met something unforeseen and tries again")
                pause = _LONGEST_BACK_OFF_SECONDS
            if last_pass:
                return
            self._stop.wait(pause)

    def _ship_all(self) -> None:
        """Send every whole line written so far, in batches."""
        files = generations(self._folder, self._service)
        if self._place.generation and self._place.generation not in files:
            _log.warning("System logs were turned over before MongoDB took them: some lines are in no file any more")
        lines = lines_from(files, self._place)
        while batch := list(islice(lines, _BATCH)):
            self._collection.bulk_write(
                [
                    ReplaceOne({"_id": document["_id"]}, document, upsert=True)
                    for document in map(self._document, batch)
                ],
                ordered=False,
            )
            self._place = batch[-1].after
            self._write_note()

    def _document(self, line: Line) -> dict[str, Any]:
        """Return the line as MongoDB can store it: known fields on top, the bound context beneath."""
        identity = f"{self._service}:{line.place.generation}:{line.place.offset}"
        document = {"_id": identity, **_arranged(parsed(line.text), self._service)}
        try:
            bson.encode(document)
        except Exception:  # noqa: BLE001 - numbers too large, text no UTF-8, keys it refuses: all are told as text
            document = {"_id": identity, **_arranged(unreadable(line.text), self._service)}
        return document

    def _read_note(self) -> Place:
        try:
            return Place(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return Place()

    def _write_note(self) -> None:
        partial = self._note.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self._place)), encoding="utf-8")
        partial.replace(self._note)


def _arranged(fields: dict[str, Any], service: str) -> dict[str, Any]:
    known = {name: fields.pop(name) for name in _OWN_FIELDS if name in fields}
    return {"service": service, **known, "timestamp": _moment(fields.pop("timestamp", None)), "context": fields}


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


class _NothingToShip(Shipper):
    """Stands in where logs go to standard output: whoever collects that, collects them."""

    def __init__(self) -> None:
        pass

    def start(self) -> None:
        """Do nothing."""

    def stop(self, timeout: float) -> None:
        """Do nothing."""


def start_log_shipper(service: str) -> Shipper:
    """Start to carry this process's log lines to MongoDB; call `stop()` on the result at the end.

    `service` is the name given to `configure_logging`. Never raises for a MongoDB that is away.
    """
    folder = settings().factoryos_log_dir
    shipper = Shipper(service, folder, mongo()[COLLECTION]) if folder else _NothingToShip()
    shipper.start()
    return shipper
