"""What every Lambda that is not HTTP shares: logs, a request id, and partial batch failures."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from chalicelib.core import clock, logs
from chalicelib.core.aws import client
from chalicelib.core.settings import settings

log = logging.getLogger(__name__)

T = TypeVar("T")


class RetryLater(Exception):
    """The work cannot be done now; its message comes back after so many seconds."""

    def __init__(self, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Change(NamedTuple):
    """What a table's stream tells of one item."""

    kind: str
    """`INSERT`, `MODIFY` or `REMOVE`."""
    image: dict[str, Any]
    """The item afterwards, in DynamoDB's own form; empty when it was removed."""
    sequence_number: str


class Unfinished(Exception):
    """A batch of changes was done up to the one at `index`."""

    def __init__(self, reason: str, index: int) -> None:
        super().__init__(reason)
        self.index = index


def batch(parse: Callable[[str], list[T]]) -> Callable[[Callable[[T], None]], Any]:
    """Make a queue Lambda of a function that handles one thing.

    Each message is handled by itself: one that fails goes back to its queue and, after the
    queue's redrive limit, to its dead-letter queue, while the others are done.

    Args:
        parse: gives the things that one message's body is about, which may be none.
    """

    def decorate(function: Callable[[T], None]) -> Any:
        @wraps(function)
        def handle(event: Any) -> dict[str, Any]:
            _begin(event)
            failed = []
            for message in event:
                identifier = message.to_dict()["messageId"]
                logs.request_id.set(f"{function.__name__}/{identifier}")
                try:
                    for thing in parse(message.body):
                        function(thing)
                except RetryLater as later:
                    log.warning("retry later", extra={"reason": str(later)})
                    failed.append({"itemIdentifier": identifier})
                    _come_back(message.to_dict(), later.seconds)
                except Exception:
                    log.exception("message failed")
                    failed.append({"itemIdentifier": identifier})
            return {"batchItemFailures": failed}

        return handle

    return decorate


def stream(function: Callable[[list[Change]], None]) -> Any:
    """Make a stream Lambda of a function that handles changes in their order.

    What is not done, from the change that `Unfinished` names or else from the first, comes again
    before anything behind it.
    """

    @wraps(function)
    def handle(event: Any) -> dict[str, Any]:
        _begin(event)
        logs.request_id.set(f"{function.__name__}/{clock.new_id()}")
        changes = [_change(record) for record in event.to_dict()["Records"]]
        try:
            if changes:
                function(changes)
        except Exception as error:
            log.exception("changes failed")
            first = error.index if isinstance(error, Unfinished) else 0
            return {"batchItemFailures": [{"itemIdentifier": changes[first].sequence_number}]}
        return {"batchItemFailures": []}

    return handle


def scheduled(function: Callable[[], None]) -> Any:
    """Make a scheduled Lambda of a function."""

    @wraps(function)
    def handle(event: Any) -> None:
        _begin(event)
        logs.request_id.set(f"{function.__name__}/{clock.new_id()}")
        function()

    return handle


def _change(record: dict[str, Any]) -> Change:
    told = record["dynamodb"]
    return Change(record["eventName"], told.get("NewImage", {}), told["SequenceNumber"])


def _begin(event: Any) -> None:
    """Set up logs: Lambda imports this function's module, not the app."""
    del event
    if not any(isinstance(h.formatter, logs.JsonFormatter) for h in logging.getLogger().handlers):
        logs.configure(settings().log_level)


def _come_back(message: dict[str, Any], seconds: int) -> None:
    """Shorten the wait for a message; where that fails, it comes back by the queue's own time."""
    queue = message["eventSourceARN"].rsplit(":", 1)[1]
    try:
        sqs = client("sqs")
        sqs.change_message_visibility(
            QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
            ReceiptHandle=message["receiptHandle"],
            VisibilityTimeout=seconds,
        )
    except Exception:
        log.exception("the message's wait could not be shortened")
