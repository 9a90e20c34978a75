"""Sending work to queues, the tenant as message group so that queues stay fair."""

from typing import Any
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


def created_keys(body: str) -> list[str]:
    """Give the keys of the objects that an S3 event message says were created.

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
        unquote_plus(record["s3"]["object"]["key"])
        for record in records
        if record["eventName"].removeprefix("s3:").startswith("ObjectCreated:")
    ]
