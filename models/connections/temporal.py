"""The Temporal client, with the converter that every process shares."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from models.connections.settings import settings


async def connect(*, lazy: bool = False) -> Client:
    """Connect to Temporal. A lazy client dials at its first call, so a process can start before its server.

    Raises RuntimeError when the server is away and the client is not lazy.
    """
    return await Client.connect(
        settings().temporal_address,
        namespace=settings().temporal_namespace,
        data_converter=pydantic_data_converter,
        lazy=lazy,
    )
