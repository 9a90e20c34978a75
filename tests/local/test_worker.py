"""Workers treat messages as Lambda's own pollers do."""

import threading
from typing import Any

import pytest

from local.functions import Function, functions
from local.worker import take_batch, take_beside


class Handler:
    """A function that notes its events and answers what a test tells it to."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.answer: Any = None

    def __call__(self, event: Any, context: Any) -> Any:
        self.events.append((event, context))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(event) if callable(self.answer) else self.answer

    def bodies(self) -> list[str]:
        return [record["body"] for event, _ in self.events for record in event["Records"]]


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def queue(aws: Any) -> Any:
    """A queue that gives a failed message back at once, and gives it up after two times."""
    sqs = aws.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    policy = f'{{"deadLetterTargetArn": "{arn["QueueArn"]}", "maxReceiveCount": 2}}'
    url = sqs.create_queue(
        QueueName="work", Attributes={"VisibilityTimeout": "0", "RedrivePolicy": policy}
    )["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)
    sqs.delete_queue(QueueUrl=dead)


def _take(aws: Any, queue: str, handler: Handler, size: int = 10) -> int:
    function = Function("scan", handler, 30, 256, "work", size, None)
    return take_batch(function, aws.client("sqs"), queue, 0)


def _send(aws: Any, queue: str, *bodies: str) -> None:
    for body in bodies:
        aws.client("sqs").send_message(QueueUrl=queue, MessageBody=body)


def _depth(aws: Any, url: str) -> int:
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


def test_a_batch_is_handed_over_and_deleted(aws: Any, queue: str, handler: Handler) -> None:
    _send(aws, queue, "a", "b", "c")
    assert _take(aws, queue, handler, size=2) == 2
    assert handler.bodies() == ["a", "b"]
    assert _depth(aws, queue) == 1


def test_the_event_looks_like_lambdas_own(aws: Any, queue: str, handler: Handler) -> None:
    aws.client("sqs").send_message(
        QueueUrl=queue,
        MessageBody="a",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}},
    )
    _take(aws, queue, handler)
    ((event, context),) = handler.events
    (record,) = event["Records"]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == "arn:aws:sqs:us-east-1:123456789012:work"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["kind"]["stringValue"] == "x"
    assert 0 < context.get_remaining_time_in_millis() <= 30_000


def test_only_the_messages_that_failed_come_back(aws: Any, queue: str, handler: Handler) -> None:
    handler.answer = lambda event: {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]}
            for record in event["Records"]
            if record["body"] == "bad"
        ]
    }
    _send(aws, queue, "good", "bad", "fine")
    _take(aws, queue, handler)
    _take(aws, queue, handler)
    assert handler.bodies() == ["good", "bad", "fine", "bad"]


def test_a_message_that_fails_every_time_ends_in_the_dead_letter_queue(
    aws: Any, queue: str, handler: Handler
) -> None:
    handler.answer = RuntimeError("broken")
    _send(aws, queue, "bad")
    assert [_take(aws, queue, handler) for _ in range(3)] == [1, 1, 0]
    assert _depth(aws, aws.client("sqs").get_queue_url(QueueName="dead")["QueueUrl"]) == 1


@pytest.mark.parametrize("identifier", ["unknown", "", None])
def test_an_answer_that_names_no_message_fails_the_batch(
    aws: Any, queue: str, handler: Handler, identifier: Any
) -> None:
    handler.answer = {"batchItemFailures": [{"itemIdentifier": identifier}]}
    _send(aws, queue, "a", "b")
    _take(aws, queue, handler)
    _take(aws, queue, handler)
    assert handler.bodies() == ["a", "b", "a", "b"]


def test_an_empty_queue_calls_nothing(aws: Any, queue: str, handler: Handler) -> None:
    assert (_take(aws, queue, handler), handler.events) == (0, [])


def test_a_function_that_waits_for_strangers_takes_others_meanwhile(
    aws: Any, queue: str, handler: Handler
) -> None:
    begun, done, sqs = threading.Event(), threading.Event(), aws.client("sqs")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "30"})

    def answer(event: Any) -> None:
        if event["Records"][0]["body"] == "slow":
            begun.set()
            done.wait(30)

    handler.answer = answer
    function = Function("deliver_webhooks", handler, 30, 256, "work", 1, None)
    free = threading.Semaphore(2)
    _send(aws, queue, "slow")
    slow = take_beside(function, sqs, queue, free, 0)
    assert begun.wait(10)
    for body in ("a", "b"):
        _send(aws, queue, body)
        take_beside(function, sqs, queue, free, 0).join(10)
    assert handler.bodies() == ["slow", "a", "b"]
    assert slow.is_alive()
    done.set()
    slow.join(10)
    assert _depth(aws, queue) == 0
    assert all(free.acquire(blocking=False) for _ in range(2))


def test_every_lambda_of_the_pipeline_is_found() -> None:
    found = functions()
    assert {name: f.queue for name, f in found.items() if f.queue} == {
        "route_upload": "uploads-arrived",
        "scan_upload": "scan-small",
        "scan_large_upload": "scan-large",
        "make_thumbnails": "thumbnails",
        "read_metadata": "metadata",
        "convert_media": "conversion",
        "make_zip": "zips",
        "transfer_metadata": "transfers",
        "keep_time": "workflow-clock",
        "end_workflows": "workflow-endings",
        "follow_assets": "screen-changes",
        "notify": "notifications",
        "count_visits": "visits",
        "send_share_mails": "share-mails",
        "make_deliveries": "webhook-events",
        "deliver_webhooks": "webhook-deliveries",
    }
    assert {name: f.table for name, f in found.items() if f.table} == {
        "dispatch_records": "audit",
        "index_assets": "assets",
    }
    assert found["sweep_unfinished"].interval_seconds == 60
    assert found["tend_workflows"].interval_seconds == 60
    assert found["watch_devices"].interval_seconds == 60
    assert found["send_digests"].interval_seconds == 3600
    assert found["scan_large_upload"].timeout_seconds == 900
