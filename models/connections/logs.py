"""Logging of one process: JSON lines in UTC, ours and the libraries' alike, without secrets."""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from os import SEEK_END
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from models.connections.log_shipper import Shipper, start_log_shipper
from models.connections.settings import settings

__all__ = ["JsonLinesFile", "Shipper", "configure_logging", "hide_secrets", "start_log_shipper"]

LARGEST_FILE_BYTES = 50_000_000
KEPT_FILES = 5
OPENED = "log file opened"
_HIDDEN = "[hidden]"
_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)|secret|token|authorization|cookie|(api|payload|private)_?key|credential|^pin$", re.IGNORECASE
)
# Keys and secrets we made ourselves, known by how they begin: API keys, webhook secrets, access tokens.
_OURS = re.compile(r"\b(?:fos_[0-9a-f]{32}|whsec|eyJ[\w-]{8,}\.[\w-]+)[_.][\w+/=-]{8,}")
_PASSWORD_IN_URL = re.compile(r"(://[^:/@\s]*):[^@/\s]+@")
_SECRET_IN_TEXT = re.compile(
    r"((?:password|passwd|secret|token|authorization|api_?key)[\"']?\s*[=:]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',;&]+",
    re.IGNORECASE,
)
_QUIET_LIBRARIES = ("httpx", "httpcore", "pymongo", "asyncio")


def configure_logging(service: str) -> None:
    """Send all logging of this process to FACTORYOS_LOG_DIR/<service>.jsonl, or to standard output when that is unset.

    A service name belongs to one process at a time: its file is turned over by size.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _handler(service)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("message"),
                _Named(service),
                hide_secrets,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    _become_the_only_handler(handler)


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values under telling keys, and passwords inside texts and addresses."""
    return {key: _without_secrets(key, value) for key, value in event.items()}


def _without_secrets(key: str, value: Any) -> Any:  # noqa: ANN401 - a log entry holds any value
    if _SECRET_KEY.search(key):
        return _HIDDEN
    if isinstance(value, str):
        plain = _OURS.sub(_HIDDEN, _PASSWORD_IN_URL.sub(rf"\1:{_HIDDEN}@", value))
        return _SECRET_IN_TEXT.sub(rf"\1{_HIDDEN}", plain)
    if isinstance(value, dict):
        return {name: _without_secrets(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets("", inner) for inner in value]
    return value


class _Named:
    """Puts the service's name on every line."""

    def __init__(self, service: str) -> None:
        self.service = service

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = self.service
        return event


class JsonLinesFile(RotatingFileHandler):
    """A log file turned over by size.

    Each begins with a line naming its generation, by which readers know it again under whatever name it has by then.
    """

    def __init__(self, service: str, folder: Path, largest: int = LARGEST_FILE_BYTES, kept: int = KEPT_FILES) -> None:
        self._service = service
        folder.mkdir(parents=True, exist_ok=True)
        _end_torn_line(folder / f"{service}.jsonl")
        super().__init__(folder / f"{service}.jsonl", maxBytes=largest, backupCount=kept, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        if stream.tell() == 0:
            first = {"service": self._service, "level": "info", "message": OPENED, "logger": __name__}
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            stream.write(json.dumps({**first, "timestamp": now, "generation": uuid4().hex}) + "\n")
            stream.flush()
        return stream


def _end_torn_line(path: Path) -> None:
    """Close the line that a killed process left half written, so that the next one stands alone."""
    if path.exists() and path.stat().st_size:
        with path.open("rb+") as handle:
            handle.seek(-1, SEEK_END)
            if handle.read(1) != b"\n":
                handle.write(b"\n")


def _handler(service: str) -> logging.Handler:
    folder = settings().factoryos_log_dir
    return JsonLinesFile(service, folder) if folder else logging.StreamHandler(sys.stdout)


def _become_the_only_handler(handler: logging.Handler) -> None:
    """Take the place of every handler; libraries that brought their own (uvicorn does) speak through ours."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in list(logging.Logger.manager.loggerDict):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
