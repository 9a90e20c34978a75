"""Sending work to queues, the tenant as message group so that queues stay fair."""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

from chalicelib.core.aws import client


def send(queue_url: str, tenant_id: str, body: dict[str, Any]) -> None:
    """Send one message; on a standard queue the group keeps one tenant from holding up others."""
    client("sqs").send_message(
        QueueUrl=queue_url,
        MessageBody=msgspec.json.encode(body).decode(),
        MessageGroupId=tenant_id,
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
