"""Publishing to topics, as many messages a call as SNS takes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chalicelib.core.aws import client

LIMIT_BYTES = 200_000
"""SNS takes 262,144 bytes a call, with the attributes of every message."""

_MESSAGES_A_CALL = 10


class Message(NamedTuple):
    """A message with the attribute that subscriptions filter by."""

    body: str
    action: str


def publish(topic_arn: str, messages: Sequence[Message]) -> int:
    """Publish messages in their order, up to the first that SNS refuses.

    Returns:
        How many are published for sure; some of those behind them may be, too.
    """
    done = 0
    for part in _parts(messages):
        entries = [
            {
                "Id": str(index),
                "Message": message.body,
                "MessageAttributes": {
                    "action": {"DataType": "String", "StringValue": message.action}
                },
            }
            for index, message in enumerate(part)
        ]
        answer = client("sns").publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        if answer.get("Failed"):
            return done + min(int(failure["Id"]) for failure in answer["Failed"])
        done += len(part)
    return done


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
