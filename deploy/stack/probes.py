"""Is a server well? Asked in its own protocol, because an open port proves nothing."""

import asyncio
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from deploy.stack.errors import NotReady

_PATIENCE_SECONDS = 2
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Probe:
    """How to ask one server: the protocol and the address. Plain data, so that `status` can ask from another shell."""

    protocol: str
    target: str = ""

    def ask(self) -> None:
        """Return when the server is well. Raises NotReady with the reason."""
        _PROTOCOLS[self.protocol](self.target)


def run_apart(work: Coroutine[object, object, _Answer]) -> _Answer:
    """Run a coroutine to its end on a loop of its own, leaving the thread's current loop alone."""
    with closing(asyncio.new_event_loop()) as loop:
        return loop.run_until_complete(work)


def _process(_target: str) -> None:
    """Be content that the process lives: it listens nowhere."""


def _postgresql(url: str) -> None:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=_PATIENCE_SECONDS) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise NotReady(str(error).strip()) from error


def _mongodb(url: str) -> None:
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    client: MongoClient[dict[str, object]] = MongoClient(url, serverSelectionTimeoutMS=_PATIENCE_SECONDS * 1000)
    with closing(client):
        try:
            client.admin.command("ping")
        except PyMongoError as error:
            raise NotReady(str(error).split(",")[0]) from error


def _temporal(target: str) -> None:
    from datetime import timedelta

    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.client import Client
    from temporalio.service import RPCError

    address, _, namespace = target.partition("/")

    async def describe() -> None:
        client = await Client.connect(address, namespace=namespace)
        await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=namespace), timeout=timedelta(seconds=_PATIENCE_SECONDS)
        )

    try:
        run_apart(describe())
    except (RuntimeError, RPCError) as error:
        raise NotReady(f"Temporal at {address} does not answer: {error}") from error


def _smtp(address: str) -> None:
    import smtplib

    host, _, port = address.rpartition(":")
    try:
        with smtplib.SMTP(host, int(port), timeout=_PATIENCE_SECONDS) as client:
            client.noop()
    except (smtplib.SMTPException, OSError) as error:
        raise NotReady(f"{address} does not take mail: {error}") from error


def _http(url: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS):  # noqa: S310 - our own http address
            return
    except urllib.error.HTTPError as answer:
        with answer:
            if answer.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise NotReady(f"{url} answers {answer.code}") from answer
    except OSError as error:
        raise NotReady(f"{url} does not answer: {error}") from error


def _https(target: str) -> None:
    """Ask by HTTPS as a device does that trusts our authority alone; the target is the address and the file of that."""
    url, _, trusted = target.partition(" ")
    try:
        trust = ssl.create_default_context(cafile=trusted)
        with urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS, context=trust):  # noqa: S310 - our own address
            return
    except OSError as error:
        raise NotReady(f"{url} does not answer: {error}") from error


_PROTOCOLS: dict[str, Callable[[str], None]] = {
    "https": _https,
    "process": _process,
    "postgresql": _postgresql,
    "mongodb": _mongodb,
    "temporal": _temporal,
    "http": _http,
    "smtp": _smtp,
}
