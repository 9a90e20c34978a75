"""Signatures by the Standard Webhooks specification, https://www.standardwebhooks.com."""

import base64
import hmac
import secrets
from datetime import datetime

_PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Make a secret: `whsec_` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(secret: str, event_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that name, date and sign a body.

    Args:
        secret: the webhook's.
        event_id: what the receiver tells repeats by.
        now: when it is sent; receivers refuse what is minutes old.
        body: the very bytes that are sent.
    """
    moment = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.digest(key, f"{event_id}.{moment}.".encode() + body, "sha256")
    return {
        "webhook-id": event_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
