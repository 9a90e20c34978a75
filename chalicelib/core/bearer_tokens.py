"""Bearer tokens that Reef makes itself: they name what they are of, and Reef keeps a hash alone.

The ids in a token stand beside its secret, so that the item that holds the hash is found by its own
keys, in one request.
"""

import base64
import secrets
import uuid
from collections.abc import Sequence

from chalicelib.core import handles

_ID_BYTES, _SECRET_BYTES = 16, 32


def new(prefix: str, ids: Sequence[str]) -> str:
    """Make a token that names some UUIDs, with a fresh secret behind them."""
    raw = b"".join(uuid.UUID(one).bytes for one in ids) + secrets.token_bytes(_SECRET_BYTES)
    return prefix + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def named(prefix: str, token: str, count: int) -> list[str] | None:
    """Read the ids that a token names; None where it is no token with so many."""
    text = token.removeprefix(prefix)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != count * _ID_BYTES + _SECRET_BYTES:
        return None
    return [str(uuid.UUID(bytes=raw[i * _ID_BYTES :][:_ID_BYTES])) for i in range(count)]


def hashed(kind: str, token: str) -> str:
    """Return what is kept of a token of a kind, such as `device`."""
    return handles.key(kind, token)
