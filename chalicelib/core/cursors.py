"""Cursors of lists: where the next page starts, sealed so that only its own list takes it back."""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from chalicelib.core.errors import InvalidCursor
from chalicelib.core.secrets import secret
from chalicelib.core.settings import settings

_TAG_BYTES = 16


def seal(position: Any, scope: str) -> str:
    """Write a position of a list as opaque text.

    Args:
        position: JSON-like, such as the last key read.
        scope: the list, its tenant and its filters; the cursor is good for that alone.
    """
    body = msgspec.json.encode(position)
    return _text(_tag(body, scope) + body)


def unseal(cursor: str, scope: str) -> Any:
    """Read a position back.

    Raises:
        InvalidCursor: tampered with, or of another list, tenant or filter.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise InvalidCursor from None
    if _text(raw) != cursor:  # base64 ignores the last character's spare bits
        raise InvalidCursor
    tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(body, scope)):
        raise InvalidCursor
    return msgspec.json.decode(body)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _tag(body: bytes, scope: str) -> bytes:
    key = secret(settings().cursor_key_secret).encode()
    message = len(scope).to_bytes(4, "big") + scope.encode() + body
    return hmac.new(key, message, hashlib.sha256).digest()[:_TAG_BYTES]
