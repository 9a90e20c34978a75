"""Cursors of lists: where the next page starts, sealed so that only its own list takes it back.

The position may be that of something which the reader of the list does not see, so it is encrypted.
"""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from chalicelib.core.errors import InvalidCursor
from chalicelib.core.secrets import secret
from chalicelib.core.settings import settings

_NONCE_BYTES, _TAG_BYTES = 12, 16


def seal(position: Any, scope: str) -> str:
    """Write a position of a list as opaque text.

    Args:
        position: JSON-like, such as the last key read.
        scope: the list, its tenant and its filters; the cursor is good for that alone.
    """
    body, bound = msgspec.json.encode(position), scope.encode()
    # No two positions share a nonce, and one position is always the same text.
    nonce = hmac.digest(_key(b"nonce"), hashlib.sha256(bound).digest() + body, "sha256")
    nonce = nonce[:_NONCE_BYTES]
    return _text(nonce + _cipher().encrypt(nonce, body, bound))


def unseal(cursor: str, scope: str) -> Any:
    """Read a position back.

    Raises:
        InvalidCursor: tampered with, or of another list, tenant or filter.
    """
    from cryptography.exceptions import InvalidTag

    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise InvalidCursor from None
    # base64 ignores the last character's spare bits
    if _text(raw) != cursor or len(raw) < _NONCE_BYTES + _TAG_BYTES:
        raise InvalidCursor
    nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    try:
        return msgspec.json.decode(_cipher().decrypt(nonce, sealed, scope.encode()))
    except InvalidTag:
        raise InvalidCursor from None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _cipher() -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # too heavy for every start

    return AESGCM(_key(b"cipher"))


def _key(purpose: bytes) -> bytes:
    return hmac.digest(secret(settings().cursor_key_secret).encode(), purpose, "sha256")
