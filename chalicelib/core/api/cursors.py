"""Cursors of lists: where the next page starts, sealed so that only its own list takes it back.

The position may be that of something which the reader of the list does not see, so it is encrypted.
"""

from typing import Any

from chalicelib.core import sealing
from chalicelib.core.errors import InvalidCursor


def seal(position: Any, scope: str) -> str:
    """Write a position of a list as opaque text.

    Args:
        position: JSON-like, such as the last key read.
        scope: the list, its tenant and its filters; the cursor is good for that alone.
    """
    return sealing.seal(position, scope)


def unseal(cursor: str, scope: str) -> Any:
    """Read a position back.

    Raises:
        InvalidCursor: tampered with, or of another list, tenant or filter.
    """
    try:
        return sealing.unseal(cursor, scope)
    except sealing.NotSealed:
        raise InvalidCursor from None
