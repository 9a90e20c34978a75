"""Secrets from Secrets Manager, read again now and then, so that they can be rotated."""

import logging
import time

from chalicelib.core.aws import client

KEPT_SECONDS = 300.0
"""How long a process goes on with what it has read."""

log = logging.getLogger(__name__)

_kept: dict[str, tuple[float, str]] = {}


def secret(identifier: str) -> str:
    """Return a secret's text by its name or ARN, at most five minutes old.

    While Secrets Manager cannot be asked, what was read last goes on to count.
    """
    kept = _kept.get(identifier)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        text = str(client("secretsmanager").get_secret_value(SecretId=identifier)["SecretString"])
    except (BotoCoreError, ClientError):
        if kept is None:
            raise
        log.exception("a secret could not be read again")
        text = kept[1]
    _kept[identifier] = (time.monotonic(), text)
    return text


def forget() -> None:
    """Drop all secrets, for a process whose AWS has been replaced (each test has its own)."""
    _kept.clear()
