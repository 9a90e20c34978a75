"""What every Lambda that is not HTTP shares: logs, a request id, and partial batch failures."""

import logging
import math
import random
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from chalicelib.core import clock, logs
from chalicelib.core.aws import client
from chalicelib.core.settings import settings

log = logging.getLogger(__name__)

T = TypeVar("T")


_SPARE_MILLISECONDS = 10_000
"""So much of its time a function keeps for what it has begun."""

_remaining: ContextVar[Callable[[], int] | None] = ContextVar("remaining", default=None)

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 5, 900


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

    Each message is handled by itself: one that fails goes back to its queue, for seconds at first
    and longer each time, and, after the queue's redrive limit, to its dead-letter queue, while the
    others are done.

    Args:
        parse: gives the things that one message's body is about, which may be none.
    """

    def decorate(function: Callable[[T], None]) -> Any:
        @wraps(function)
        def handle(event: Any) -> dict[str, Any]:
            _begin(event)
            _remaining.set(_clock_of(event))
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
                    _come_back(message.to_dict(), _wait_seconds(message.to_dict()))
            return {"batchItemFailures": failed}

        vars(handle)["parse"] = parse  # by which one knows what a function listens to
        return handle

    return decorate


def whole_batch(parse: Callable[[str], list[T]]) -> Callable[[Callable[[list[T]], None]], Any]:
    """Make a queue Lambda of a function that handles all messages of a batch together.

    The function has to be idempotent: where the batch fails as a whole, each message is handled by
    itself, so that only those fail that have to. They go back to the queue as with `batch`.

    Args:
        parse: gives the things that one message's body is about, which may be none.
    """

    def decorate(function: Callable[[list[T]], None]) -> Any:
        def is_done(things: list[T]) -> bool:
            try:
                if things:
                    function(things)
            except Exception:
                log.exception("%d of a batch failed", len(things))
                return False
            return True

        @wraps(function)
        def handle(event: Any) -> dict[str, Any]:
            _begin(event)
            _remaining.set(_clock_of(event))
            logs.request_id.set(f"{function.__name__}/{clock.new_id()}")
            messages = [message.to_dict() for message in event]
            parsed, failed = _parsed(messages, parse)
            if not is_done([thing for _, things in parsed for thing in things]):
                alone = len(parsed) > 1
                failed += [
                    m for m, things in parsed if not (alone and has_time() and is_done(things))
                ]
            for message in failed:
                _come_back(message, _wait_seconds(message))
            return {"batchItemFailures": [{"itemIdentifier": m["messageId"]} for m in failed]}

        vars(handle)["parse"] = parse  # by which one knows what a function listens to
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
        token = _remaining.set(_clock_of(event))
        try:
            function()
        finally:
            _remaining.reset(token)

    return handle


def remaining_seconds() -> float:
    """Return how much time the Lambda under way has left; endless where nothing says so."""
    remaining = _remaining.get()
    return math.inf if remaining is None else remaining() / 1000


def has_time() -> bool:
    """Return whether the scheduled Lambda under way has the time to begin something more.

    Where nothing says how much is left, as at a terminal, there is no end to it.
    """
    remaining = _remaining.get()
    return remaining is None or remaining() > _SPARE_MILLISECONDS


def _parsed(
    messages: list[dict[str, Any]], parse: Callable[[str], list[T]]
) -> tuple[list[tuple[dict[str, Any], list[T]]], list[dict[str, Any]]]:
    """Read messages; gives those that can be read with their things, and those that cannot."""
    parsed, failed = [], []
    for message in messages:
        try:
            parsed.append((message, parse(message["body"])))
        except Exception:
            log.exception("a message cannot be read", extra={"message_id": message["messageId"]})
            failed.append(message)
    return parsed, failed


def _clock_of(event: Any) -> Callable[[], int] | None:
    """Return what tells how many milliseconds are left."""
    context = getattr(event, "context", None)
    return getattr(context, "get_remaining_time_in_millis", None)


def _change(record: dict[str, Any]) -> Change:
    told = record["dynamodb"]
    return Change(record["eventName"], told.get("NewImage", {}), told["SequenceNumber"])


def _begin(event: Any) -> None:
    """Set up logs: Lambda imports this function's module, not the app."""
    del event
    if not any(isinstance(h.formatter, logs.JsonFormatter) for h in logging.getLogger().handlers):
        logs.configure(settings().log_level)


def _wait_seconds(message: dict[str, Any]) -> int:
    """Return how long a message that failed waits: six times as long each time, half by chance.

    So what fails for a moment is done in seconds, and five attempts outlast a quarter of an hour.
    """
    received = int(message["attributes"].get("ApproximateReceiveCount", 1))
    longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 6 ** (received - 1))
    return random.randint(longest // 2 + 1, longest)


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
