"""What a careful technician reads off gauges, boards and the camera."""

import struct
import zlib
from decimal import Decimal

from models.messages.templates import DataField
from models.rules.templates import DataKind

_SIDE = 64
_MARGIN = Decimal("0.6")


def passing(field: DataField, job: str) -> bool | Decimal | str:
    """Return a value with which good pieces pass; a file is answered by uploading one."""
    if field.kind is DataKind.BOOLEAN:
        return True if field.expect is None else field.expect
    if field.kind is DataKind.NUMBER:
        return _within(field.minimum, field.maximum)
    if field.kind is DataKind.CHOICE:
        return field.choices[0]
    return {"serial": f"SN-{job}", "firmware": "2.1.4"}.get(field.key, f"{field.label} of {job}")


def _within(low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is not None and high is not None:
        return (low + high) / 2
    if high is not None:
        return high - _MARGIN
    return low + _MARGIN if low is not None else Decimal(1)


def photo(number: int) -> bytes:
    """Return a small grey PNG with a crosshair, a little different for each number."""
    middle = _SIDE // 2 + number % 4
    rows = b"".join(
        b"\x00" + bytes(0x20 if middle in (x, y) else 0xC0 + (x * y + number) % 32 for x in range(_SIDE))
        for y in range(_SIDE)
    )
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def minutes_spent(planned: Decimal, lot: int, step: str, attempt: int) -> Decimal:
    """Return minutes near the plan: 6 % less to 11 % more, always the same for the same work."""
    percent = zlib.crc32(f"{lot}/{step}/{attempt}".encode()) % 18 - 6
    return (planned * (100 + percent) / 100).quantize(Decimal("0.1"))
