"""Sealed texts: values that a client keeps for Reef, and can neither read nor change."""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from chalicelib.core.secrets import secret
from chalicelib.core.settings import settings

_NONCE_BYTES, _TAG_BYTES = 12, 16


class NotSealed(Exception):
    """The text was not sealed here, or for another scope."""


def seal(value: Any, scope: str) -> str:
    """Write a JSON-like value as opaque text.

    Args:
        value: what to keep.
        scope: what the text is good for, and nothing else.
    """
    body, bound = msgspec.json.encode(value), scope.encode()
    # No two values share a nonce, and one value is always the same text.
    nonce = hmac.digest(_key(b"nonce"), hashlib.sha256(bound).digest() + body, "sha256")
    nonce = nonce[:_NONCE_BYTES]
    return _text(nonce + _cipher().encrypt(nonce, body, bound))


def unseal(text: str, scope: str) -> Any:
    """Read a value back.

    Raises:
        NotSealed: tampered with, or sealed for another scope.
    """
    from cryptography.exceptions import InvalidTag

    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NotSealed from None
    # base64 ignores the last character's spare bits
    if _text(raw) != text or len(raw) < _NONCE_BYTES + _TAG_BYTES:
        raise NotSealed
    nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    try:
        return msgspec.json.decode(_cipher().decrypt(nonce, sealed, scope.encode()))
    except InvalidTag:
        raise NotSealed from None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _cipher() -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # too heavy for every start

    return AESGCM(_key(b"cipher"))


def _key(purpose: bytes) -> bytes:
    return hmac.digest(secret(settings().cursor_key_secret).encode(), purpose, "sha256")


def keyed_hash(text: str, purpose: str) -> str:
    """Return a hash that only Reef can make, for what must be told apart but not be kept."""
    return hmac.digest(_key(purpose.encode()), text.encode(), "sha256").hex()[:32]
