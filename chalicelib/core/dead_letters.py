"""What waits in dead-letter queues, and sending it back to where it came from."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.core.aws import client


class DeadLetters(NamedTuple):
    """A dead-letter queue: its name, the queue that feeds it, and how many messages wait."""

    name: str
    source: str
    waiting: int


def waiting(prefix: str) -> list[DeadLetters]:
    """List the dead-letter queues whose names begin so, in the order of their names."""
    return sorted(_queues(prefix))


def redrive(prefix: str, name: str | None = None) -> dict[str, int]:
    """Send messages back to the queues from which they came; gives how many, by queue.

    Each is sent before it is deleted, so that one comes twice rather than never.

    Args:
        prefix: how the names of the queues begin.
        name: the dead-letter queue; all unless said otherwise.
    """
    moved: dict[str, int] = {}
    for queue in waiting(prefix):
        if name in (None, queue.name):
            moved[queue.name] = sum(1 for _ in _moved(queue))
    return moved


def _queues(prefix: str) -> Iterator[DeadLetters]:
    sqs = client("sqs")
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    for url in [url for page in pages for url in page.get("QueueUrls", [])]:
        fed = sqs.list_dead_letter_source_queues(QueueUrl=url).get("queueUrls", [])
        if fed:
            told = sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
            )["Attributes"]
            number = int(told["ApproximateNumberOfMessages"])
            yield DeadLetters(_name(url), _name(fed[0]), number)


def _moved(queue: DeadLetters) -> Iterator[str]:
    """Move what waited when it began: what fails again meanwhile stays for another time."""
    sqs = client("sqs")
    dead, source = (sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in queue[:2])
    left = queue.waiting
    while left > 0:
        received = sqs.receive_message(
            QueueUrl=dead,
            MaxNumberOfMessages=min(10, left),
            MessageSystemAttributeNames=["MessageGroupId"],
        ).get("Messages", [])
        if not received:
            return
        for message in received:
            group = message.get("Attributes", {}).get("MessageGroupId")
            more = {"MessageGroupId": group} if group else {}
            sqs.send_message(QueueUrl=source, MessageBody=message["Body"], **more)
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]
        left -= len(received)


def _name(url: str) -> str:
    return url.rsplit("/", 1)[1]
