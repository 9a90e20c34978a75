"""Sending work to queues, the tenant as message group so that queues stay fair."""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

from chalicelib.core.aws import client


def send(
    queue_url: str, tenant_id: str, body: dict[str, Any], *, delay_seconds: int | None = None
) -> None:
    """Send one message; on a standard queue the group keeps one tenant from holding up others.

    Args:
        queue_url: where to.
        tenant_id: whose work it is.
        body: JSON-like.
        delay_seconds: how long the queue keeps it back, at most 900.
    """
    delayed = {"DelaySeconds": delay_seconds} if delay_seconds else {}
    client("sqs").send_message(
        QueueUrl=queue_url,
        MessageBody=msgspec.json.encode(body).decode(),
        MessageGroupId=tenant_id,
        **delayed,
    )


class Created(NamedTuple):
    """An object that S3 says was created, and when, where it says so."""

    key: str
    at: datetime | None


def created(body: str) -> list[Created]:
    """Return the objects that an S3 event message says were created.

    S3's own test event and events of other kinds give none. Keys come form-encoded.

    Raises:
        ValueError: the message is not an S3 event.
    """
    event = msgspec.json.decode(body)
    if not isinstance(event, dict):
        raise ValueError("not an S3 event")
    if event.get("Event") == "s3:TestEvent":
        return []
    records = event.get("Records")
    if not isinstance(records, list):
        raise ValueError("not an S3 event")
    return [
        Created(unquote_plus(record["s3"]["object"]["key"]), _moment(record.get("eventTime")))
        for record in records
        if record["eventName"].removeprefix("s3:").startswith("ObjectCreated:")
    ]


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
