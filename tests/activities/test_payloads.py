"""The codec alone: what it seals, what it opens, and what it says when it cannot."""

from base64 import b64encode

import pytest
from temporalio.api.common.v1 import Payload
from typer.testing import CliRunner

from models.connections.payloads import (
    EncryptionCodec,
    PayloadDamaged,
    PayloadKeyMissing,
    new_payload_key,
    payload_keys,
)

CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"Cut wire"')


def codec(*keys: str) -> EncryptionCodec:
    return EncryptionCodec(payload_keys(",".join(keys)))


async def test_what_is_sealed_opens_and_shows_nothing() -> None:
    one = codec(new_payload_key())
    first, second = await one.encode([CLEAR, CLEAR])
    assert b"wire" not in first.SerializeToString()
    assert b"json" not in first.SerializeToString()
    assert first.data != second.data
    assert await one.decode([first, second]) == [CLEAR, CLEAR]


async def test_clear_payloads_stay_readable() -> None:
    assert await codec(new_payload_key()).decode([CLEAR]) == [CLEAR]


async def test_the_first_key_seals_and_every_key_opens() -> None:
    old, new = new_payload_key(), new_payload_key()
    (before,) = await codec(old).encode([CLEAR])
    (after,) = await codec(new, old).encode([CLEAR])
    assert await codec(new, old).decode([before, after]) == [CLEAR, CLEAR]
    assert await codec(new).decode([after]) == [CLEAR]
    with pytest.raises(PayloadKeyMissing, match=old.partition(":")[0]):
        await codec(new).decode([before])


async def test_what_was_changed_does_not_open() -> None:
    one, other = new_payload_key(), new_payload_key()
    (sealed,) = await codec(one).encode([CLEAR])
    same_id = f"{one.partition(':')[0]}:{other.partition(':')[2]}"
    with pytest.raises(PayloadDamaged):
        await codec(same_id).decode([sealed])
    other_end = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    for data in (b"", sealed.data[:10], other_end, sealed.data[::-1]):
        with pytest.raises(PayloadDamaged):
            await codec(one).decode([Payload(metadata=sealed.metadata, data=data)])
    with pytest.raises(PayloadKeyMissing):
        await codec(one).decode([Payload(metadata={"encoding": b"binary/encrypted"}, data=sealed.data)])


@pytest.mark.parametrize(
    "text",
    ["", ",", "x", "id:", "id:AAAA", ":AAAA", "a b:AAAA", f"id:{b64encode(b'x' * 31).decode()}", "id:secret-secret!"],
)
def test_a_key_that_is_none_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="payload key") as refused:
        payload_keys(text)
    assert "secret-secret" not in str(refused.value)
    assert refused.value.__cause__ is None or "secret-secret" not in str(refused.value.__cause__)


def test_one_id_names_one_key() -> None:
    key = new_payload_key()
    with pytest.raises(ValueError, match="each id once"):
        payload_keys(f"{key},{key}")


def test_the_command_prints_a_key_that_fits() -> None:
    from deploy.cli import app

    said = CliRunner().invoke(app, ["payload-key"])
    assert said.exit_code == 0
    assert len(payload_keys(said.stdout.strip())) == 1
