"""Time and ids, made at the edges so that the code inside needs no clock."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

_EPOCH = datetime.fromtimestamp(0, UTC)


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def new_id(moment: datetime | None = None) -> str:
    """Make a UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits.

    Args:
        moment: the time that the id carries; the present one unless given.
    """
    milliseconds = ((moment or now()) - _EPOCH) // timedelta(milliseconds=1)
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def derived_id(moment: datetime, seed: str) -> str:
    """Return the UUIDv7 of a moment that the seed alone decides."""
    start, tail = first_id(moment)[:14], hashlib.sha256(seed.encode()).hexdigest()
    return f"{start}7{tail[:3]}-8{tail[3:6]}-{tail[6:18]}"


def first_id(moment: datetime) -> str:
    """Return the smallest UUIDv7 of a millisecond."""
    digits = f"{max(0, (moment - _EPOCH) // timedelta(milliseconds=1)):012x}"
    return f"{digits[:8]}-{digits[8:]}-0000-0000-000000000000"


def id_time(identifier: str) -> datetime:
    """Read the time out of a UUIDv7."""
    return _EPOCH + timedelta(milliseconds=int(identifier[:8] + identifier[9:13], 16))


def timestamp(moment: datetime) -> str:
    """Write a time as RFC 3339 in UTC with milliseconds and `Z`, which also sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
