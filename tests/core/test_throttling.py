"""What DynamoDB is too busy for is tried again, over the line as it is."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from pynamodb.exceptions import TransactWriteError

from chalicelib.core import tables
from chalicelib.core.clock import new_id, now
from chalicelib.core.outbox import SYSTEM, record
from chalicelib.core.tables import ConditionFailed, put, transact

BUSY = ["ThrottlingError", "ProvisionedThroughputExceeded"]


class Line:
    """Answers transactions as DynamoDB does, each with the reasons of one cancellation or none."""

    def __init__(self) -> None:
        self.cancelled: list[list[str]] = []
        self.tokens: list[str] = []
        self.waits: list[float] = []

    def send(self, session: URLLib3Session, request: Any) -> AWSResponse:
        del session
        self.tokens.append(json.loads(request.body)["ClientRequestToken"])
        reasons = self.cancelled.pop(0) if self.cancelled else None
        body: dict[str, Any] = {}
        if reasons:
            kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
            told = [{"Code": code, "Message": code} for code in reasons]
            body = {"__type": kind, "Message": "cancelled", "CancellationReasons": told}
        raw = io.BytesIO(json.dumps(body).encode())
        raw.stream = lambda **_: iter([raw.getvalue()])  # type: ignore[attr-defined]
        return AWSResponse(request.url, 400 if reasons else 200, {}, raw)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A DynamoDB that says what the test wants, and a clock that nobody waits for."""
    answers = Line()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr(URLLib3Session, "send", lambda *sent: answers.send(*sent))
    monkeypatch.setattr(tables.time, "sleep", answers.waits.append)
    tables._connection.cache_clear()
    yield answers
    tables._connection.cache_clear()


def write_two() -> None:
    transact(*(put(record("acme", SYSTEM, "a.b", ("thing", new_id()), now())) for _ in range(2)))


@pytest.mark.parametrize("reason", BUSY)
def test_a_transaction_that_was_throttled_is_begun_again(line: Line, reason: str) -> None:
    line.cancelled = [["None", reason], [reason, "TransactionConflict"]]
    write_two()
    assert len(line.tokens) == len(set(line.tokens)) == 3
    assert len(line.waits) == 2


@pytest.mark.parametrize("reason", BUSY)
def test_a_table_that_stays_busy_is_given_up_after_growing_waits(line: Line, reason: str) -> None:
    line.cancelled = [["None", reason]] * 100
    with pytest.raises(TransactWriteError):
        write_two()
    assert len(line.tokens) == 12
    assert len(line.waits) == 11
    assert all(wait <= min(1.0, 2**attempt / 64) for attempt, wait in enumerate(line.waits))
    assert len(set(line.waits)) == 11  # by chance, so that those who wait do not come together


def test_a_condition_that_failed_is_an_answer_however_busy_the_rest_is(line: Line) -> None:
    line.cancelled = [["ThrottlingError", "ConditionalCheckFailed"]]
    with pytest.raises(ConditionFailed) as failure:
        write_two()
    assert (failure.value.index, len(line.tokens)) == (1, 1)


FAILED = ["ConditionalCheckFailed", "None"]


@pytest.mark.parametrize("reason", [*BUSY, "TransactionConflict"])
def test_what_was_done_though_it_was_said_to_be_cancelled_is_done(line: Line, reason: str) -> None:
    line.cancelled = [["None", reason], FAILED]
    write_two()
    assert line.tokens[2] == line.tokens[0] != line.tokens[1]


def test_a_condition_that_fails_under_every_token_has_failed(line: Line) -> None:
    line.cancelled = [["None", "ThrottlingError"], FAILED, FAILED]
    with pytest.raises(ConditionFailed) as failure:
        write_two()
    assert (failure.value.index, len(line.tokens)) == (0, 3)


def test_what_can_never_be_written_is_not_tried_again(line: Line) -> None:
    line.cancelled = [["None", "ValidationError"]]
    with pytest.raises(TransactWriteError):
        write_two()
    assert len(line.tokens) == 1
