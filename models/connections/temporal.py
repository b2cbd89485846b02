"""The Temporal client, with the converter that every process shares."""

from dataclasses import replace

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from models.connections.payloads import EncryptionCodec, payload_keys
from models.connections.settings import settings


def data_converter() -> DataConverter:
    """Return how values become payloads: as JSON, and sealed where FACTORYOS_PAYLOAD_KEY is set."""
    keys = settings().factoryos_payload_key
    if keys is None:
        return pydantic_data_converter
    return replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(payload_keys(keys.get_secret_value())),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,  # messages name parts and people too
    )


async def connect(*, lazy: bool = False) -> Client:
    """Connect to Temporal. A lazy client dials at its first call, so a process can start before its server.

    Raises RuntimeError when the server is away and the client is not lazy.
    """
    return await Client.connect(
        settings().temporal_address,
        namespace=settings().temporal_namespace,
        data_converter=data_converter(),
        lazy=lazy,
    )
