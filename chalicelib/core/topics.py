"""Publishing to topics, as many messages a call as SNS takes."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from chalicelib.core.aws import client

LIMIT_BYTES = 200_000
"""SNS takes 262,144 bytes a call, with the attributes of every message."""

_MESSAGES_A_CALL = 10

_OF_THE_MESSAGES = frozenset(
    {
        "BatchRequestTooLong",
        "Invalid",
        "InvalidParameter",
        "InvalidParameterValue",
        "ValidationError",
    }
)
"""Codes with which a whole call is refused for what is in its messages."""


class Message(NamedTuple):
    """A message with the attribute that subscriptions filter by, and whose it is.

    The tenant becomes the message group, by which the queues behind the topic stay fair.
    """

    body: str
    action: str
    tenant_id: str


class Published(NamedTuple):
    """What became of messages, each by its position.

    Those before `tried` that neither map holds are published. `refused` can never be published,
    `failed` may be later; both say why.
    """

    tried: int
    refused: dict[int, str]
    failed: dict[int, str]


def publish(topic_arn: str, messages: Sequence[Message]) -> Published:
    """Publish messages in their order, up to the call in which one fails that may come later.

    Where SNS refuses a whole call for what is in it, its messages are published one by one.
    """
    tried = 0
    refused: dict[int, str] = {}
    failed: dict[int, str] = {}
    for part in _parts(messages):
        for position, entry in _failures(topic_arn, part).items():
            kept = refused if entry["SenderFault"] else failed
            kept[tried + position] = f"{entry['Code']}: {entry.get('Message', '')}"
        tried += len(part)
        if failed:
            break
    return Published(tried, refused, failed)


def _failures(topic_arn: str, part: Sequence[Message]) -> dict[int, dict[str, Any]]:
    """Publish messages in one call; gives SNS's entry for each that was not published."""
    from botocore.exceptions import ClientError, ParamValidationError

    entries = [
        {
            "Id": str(index),
            "Message": message.body,
            "MessageGroupId": message.tenant_id,
            "MessageAttributes": {"action": {"DataType": "String", "StringValue": message.action}},
        }
        for index, message in enumerate(part)
    ]
    try:
        answer = client("sns").publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
    except (ClientError, ParamValidationError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else "Invalid"
        if code not in _OF_THE_MESSAGES:
            raise
        if len(part) == 1:
            return {0: {"SenderFault": True, "Code": code, "Message": str(error)}}
        alone = [_failures(topic_arn, [message]) for message in part]
        return {index: found[0] for index, found in enumerate(alone) if found}
    return {int(entry["Id"]): entry for entry in answer.get("Failed", [])}


def _parts(messages: Sequence[Message]) -> Iterator[list[Message]]:
    part: list[Message] = []
    size = 0
    for message in messages:
        length = len(message.body.encode())
        if part and (len(part) == _MESSAGES_A_CALL or size + length > LIMIT_BYTES):
            yield part
            part, size = [], 0
        part.append(message)
        size += length
    if part:
        yield part
