"""Runs one Lambda from what starts it, as AWS would: `python -m local.worker FUNCTION`."""

import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from chalice.local import LambdaContext

from local.cloud import STACK
from local.functions import Function, functions
from local.streams import Stream, Taken

LONG_POLL_SECONDS = 20
STREAM_POLL_SECONDS = 0.05
RETRY_SECONDS = 1.0
SWEEP_SECONDS = 5
"""Locally a schedule waits no longer than this, so that nobody has to."""

DAILY_SECONDS = 60
"""One that looks at everything, and is called every few hours in production, waits so long."""

AT_ONCE = {"deliver_webhooks": 8}
"""How many of a function that waits for strangers run at once; of any other, one."""

log = logging.getLogger("local.worker")

Event = dict[str, Any]
Message = dict[str, Any]


def main(name: str) -> None:
    """Run one function until told to stop."""
    logging.basicConfig()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    function = functions()[name]
    if function.queue is not None:
        _run_from_queue(function, f"{STACK}-{function.queue}")
    elif function.table is not None:
        _run_from_stream(function, f"{STACK}-{function.table}")
    else:
        _run_on_schedule(function)


def _run_from_queue(function: Function, queue: str) -> None:
    sqs = boto3.client("sqs", config=Config(read_timeout=LONG_POLL_SECONDS + 40))
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    at_once = AT_ONCE.get(function.name, 1)
    free = threading.Semaphore(at_once)
    while True:
        try:
            if at_once > 1:
                take_beside(function, sqs, url, free, LONG_POLL_SECONDS)
            else:
                take_batch(function, sqs, url, LONG_POLL_SECONDS)
        except (BotoCoreError, ClientError):
            log.exception("the queue %s does not answer", queue)
            time.sleep(1)


def _run_from_stream(function: Function, table: str) -> None:
    checkpoints = Path(tempfile.gettempdir()) / f"{function.name}-checkpoints.json"
    dynamodb, streams = boto3.client("dynamodb"), boto3.client("dynamodbstreams")
    stream = Stream(dynamodb, streams, table, checkpoints)
    while True:
        try:
            taken = stream.take(function.batch_size, lambda event: invoke(function, event))
        except (BotoCoreError, ClientError):
            log.exception("the stream of %s does not answer", table)
            taken = Taken(0, failed=True)
        if taken.failed:
            time.sleep(RETRY_SECONDS)
        elif not taken.records:
            time.sleep(STREAM_POLL_SECONDS)


def take_batch(function: Function, sqs: Any, url: str, wait_seconds: int) -> int:
    """Wait for messages, hand one batch to the function, and delete what it has done.

    What failed stays in flight until its visibility timeout is over; after too many times the
    queue's redrive policy moves it to the dead-letter queue.

    Returns:
        How many messages there were.
    """
    messages = _receive(function, sqs, url, wait_seconds)
    _hand_over(function, sqs, url, messages)
    return len(messages)


def _receive(function: Function, sqs: Any, url: str, wait_seconds: int) -> list[Message]:
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=min(function.batch_size, 10),
        WaitTimeSeconds=wait_seconds,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    messages: list[Message] = answer.get("Messages", [])
    return messages


def _hand_over(function: Function, sqs: Any, url: str, messages: list[Message]) -> None:
    """Hand a batch to the function, and delete what it has done."""
    if not messages:
        return
    event = {"Records": [_record(message, url, sqs.meta.region_name) for message in messages]}
    try:
        done = _succeeded(messages, invoke(function, event))
    except Exception:
        log.exception("%s failed; its messages come back", function.name)
        return
    if done:
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(done)
        ]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def take_beside(
    function: Function, sqs: Any, url: str, free: threading.Semaphore, wait_seconds: int
) -> threading.Thread:
    """Wait for messages, and hand one batch to the function while it works on others.

    Args:
        function: which.
        sqs: a client.
        url: the queue's.
        free: counts how many more batches it may have at a time.
        wait_seconds: how long to wait for messages.

    Returns:
        The thread that does it.
    """
    free.acquire()

    def work(messages: list[Message]) -> None:
        try:
            _hand_over(function, sqs, url, messages)
        except (BotoCoreError, ClientError):
            log.exception("what %s has done could not be deleted; it comes back", function.name)
        finally:
            free.release()

    try:
        messages = _receive(function, sqs, url, wait_seconds)
    except BaseException:
        free.release()
        raise
    thread = threading.Thread(target=work, args=(messages,), daemon=True)
    thread.start()
    return thread


def invoke(function: Function, event: Event) -> Any:
    """Call the function once; when its time is over, this process ends, as Lambda's would."""
    watchdog = threading.Timer(function.timeout_seconds, _time_is_over, [function])
    watchdog.daemon = True
    watchdog.start()
    try:
        context = LambdaContext(
            f"{STACK}-{function.name}", function.memory_megabytes, function.timeout_seconds * 1000
        )
        return function.handler(event, context)
    finally:
        watchdog.cancel()


def _run_on_schedule(function: Function) -> None:
    interval = DAILY_SECONDS if (function.interval_seconds or 0) > 3600 else SWEEP_SECONDS
    while True:
        started = time.monotonic()
        event = {
            "version": "0",
            "id": str(time.time_ns()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "region": os.environ["AWS_DEFAULT_REGION"],
            "resources": [],
            "detail": {},
        }
        try:
            invoke(function, event)
        except Exception:
            log.exception("%s failed", function.name)
        time.sleep(max(0.0, interval - (time.monotonic() - started)))


def _record(message: Message, url: str, region: str) -> Event:
    account, queue = url.rsplit("/", 2)[1:]
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {
                "stringValue": value.get("StringValue"),
                "binaryValue": value.get("BinaryValue"),
                "dataType": value["DataType"],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{region}:{account}:{queue}",
        "awsRegion": region,
    }


def _succeeded(messages: Iterable[Message], answer: Any) -> list[Message]:
    """Return which messages are done, by the rules of ReportBatchItemFailures.

    An answer that names an unknown message, or none by an empty id, fails the whole batch.
    """
    by_id = {message["MessageId"]: message for message in messages}
    failures = (answer or {}).get("batchItemFailures") or []
    failed = {failure.get("itemIdentifier") for failure in failures}
    if not failed <= by_id.keys():
        log.error("the answer names unknown messages: %s", failures)
        return []
    return [message for identifier, message in by_id.items() if identifier not in failed]


def _time_is_over(function: Function) -> None:
    log.error("%s ran over its %s s", function.name, function.timeout_seconds)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # The programs that it runs end with it.
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
