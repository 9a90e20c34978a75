"""Lambdas of streams and queues: what was done is done, and the rest comes again."""

from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import DynamoDBEvent, SQSEvent

from chalicelib.core import entrypoint, logs
from chalicelib.core.aws import client
from chalicelib.core.entrypoint import Change, RetryLater, Unfinished
from tests.cloud import Cloud


def event(*kinds: str) -> Any:
    records = [
        {
            "eventName": kind,
            "dynamodb": {"SequenceNumber": f"n{number}", "NewImage": {"pk": {"S": str(number)}}},
        }
        for number, kind in enumerate(kinds)
    ]
    return DynamoDBEvent({"Records": records}, None)


def failures(*identifiers: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in identifiers]}


def test_changes_come_in_their_order() -> None:
    seen: list[Change] = []
    ids: list[str] = []

    @entrypoint.stream
    def note(changes: list[Change]) -> None:
        seen.extend(changes)
        ids.append(logs.request_id.get())

    assert note(event("INSERT", "MODIFY", "REMOVE")) == failures()
    assert [(c.kind, c.image["pk"]["S"], c.sequence_number) for c in seen] == [
        ("INSERT", "0", "n0"),
        ("MODIFY", "1", "n1"),
        ("REMOVE", "2", "n2"),
    ]
    assert ids[0].startswith("note/")


def test_a_removed_item_has_no_image() -> None:
    @entrypoint.stream
    def look(changes: list[Change]) -> None:
        assert [change.image for change in changes] == [{}]

    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "n0"}}
    assert look(DynamoDBEvent({"Records": [removed]}, None)) == failures()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_an_unfinished_batch_names_its_first_change_that_failed(index: int) -> None:
    @entrypoint.stream
    def stop(changes: list[Change]) -> None:
        raise Unfinished("enough", index)

    assert stop(event("INSERT", "INSERT", "INSERT")) == failures(f"n{index}")


def test_a_batch_that_breaks_comes_again_as_a_whole() -> None:
    @entrypoint.stream
    def fail(changes: list[Change]) -> None:
        raise RuntimeError("out of reach")

    assert fail(event("INSERT", "INSERT")) == failures("n0")


def test_an_empty_batch_calls_nothing() -> None:
    @entrypoint.stream
    def fail(changes: list[Change]) -> None:
        raise RuntimeError("called")

    assert fail(event()) == failures()


def messages(*bodies: str, received: int = 1) -> SQSEvent:
    return SQSEvent(
        {
            "Records": [
                {
                    "messageId": body,
                    "receiptHandle": body,
                    "body": body,
                    "attributes": {"ApproximateReceiveCount": str(received)},
                    "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:reef-metadata",
                }
                for body in bodies
            ]
        },
        None,
    )


@pytest.fixture
def waits(cloud: Cloud) -> Iterator[dict[str, int]]:
    """Note for how long each message is to be hidden."""
    asked: dict[str, int] = {}

    def note(params: dict[str, Any], **_: Any) -> None:
        asked[params["ReceiptHandle"]] = params["VisibilityTimeout"]

    hooks = client("sqs").meta.events
    hooks.register("before-parameter-build.sqs.ChangeMessageVisibility", note)
    yield asked
    hooks.unregister("before-parameter-build.sqs.ChangeMessageVisibility", note)


@pytest.mark.parametrize(
    ("received", "longest"), [(1, 5), (2, 30), (3, 180), (4, 900), (5, 900), (40, 900)]
)
def test_a_message_that_fails_comes_back_soon_and_later_each_time(
    waits: dict[str, int], received: int, longest: int
) -> None:
    @entrypoint.batch(lambda body: [body])
    def fail(body: str) -> None:
        if body == "bad":
            raise ConnectionError("out of reach")

    assert fail(messages("good", "bad", received=received)) == failures("bad")
    assert list(waits) == ["bad"]
    assert longest / 2 < waits["bad"] <= longest


def test_a_message_that_nobody_can_read_waits_as_one_that_fails(waits: dict[str, int]) -> None:
    def parse(body: str) -> list[str]:
        raise ValueError(body)

    @entrypoint.batch(parse)
    def never(thing: str) -> None:
        raise AssertionError(thing)

    assert never(messages("riddle")) == failures("riddle")
    assert waits["riddle"] <= 5


def test_work_that_says_when_it_can_be_done_waits_so_long(waits: dict[str, int]) -> None:
    @entrypoint.batch(lambda body: [body])
    def postpone(body: str) -> None:
        raise RetryLater(body, 47)

    assert postpone(messages("later", received=3)) == failures("later")
    assert waits == {"later": 47}


def test_a_wait_that_cannot_be_shortened_is_the_queues_own(waits: dict[str, int]) -> None:
    @entrypoint.batch(lambda body: [body])
    def fail(body: str) -> None:
        raise RuntimeError(body)

    event = messages("lost")
    event.to_dict()["Records"][0]["eventSourceARN"] = "arn:aws:sqs:us-east-1:123456789012:gone"
    assert fail(event) == failures("lost")
    assert waits == {}


def test_a_batch_is_handled_as_one(waits: dict[str, int]) -> None:
    handled: list[list[str]] = []

    @entrypoint.whole_batch(lambda body: list(body))
    def add_up(things: list[str]) -> None:
        handled.append(things)

    assert add_up(messages("ab", "c")) == failures()
    assert handled == [["a", "b", "c"]]
    assert add_up(messages()) == failures()
    assert len(handled) == 1


def test_of_a_batch_that_fails_as_one_only_those_come_again_that_fail_alone(
    waits: dict[str, int],
) -> None:
    handled: list[list[str]] = []

    @entrypoint.whole_batch(lambda body: [body])
    def add_up(things: list[str]) -> None:
        if "bad" in things:
            raise ConnectionError("out of reach")
        handled.append(things)

    assert add_up(messages("one", "bad", "two", received=2)) == failures("bad")
    assert handled == [["one"], ["two"]]
    assert list(waits) == ["bad"]
    assert 15 < waits["bad"] <= 30


def test_one_message_of_a_batch_that_nobody_can_read_holds_up_no_other(
    waits: dict[str, int],
) -> None:
    handled: list[list[str]] = []

    def parse(body: str) -> list[str]:
        if body == "riddle":
            raise ValueError(body)
        return [body]

    @entrypoint.whole_batch(parse)
    def add_up(things: list[str]) -> None:
        handled.append(things)

    assert add_up(messages("riddle", "plain")) == failures("riddle")
    assert handled == [["plain"]]
    assert list(waits) == ["riddle"]


def test_when_time_runs_out_the_rest_of_a_batch_comes_again(waits: dict[str, int]) -> None:
    handled: list[list[str]] = []

    @entrypoint.whole_batch(lambda body: [body])
    def add_up(things: list[str]) -> None:
        handled.append(things)
        raise ConnectionError("out of reach")

    class Context:
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return 9_000

    event = SQSEvent(messages("one", "two").to_dict(), Context())
    assert add_up(event) == failures("one", "two")
    assert handled == [["one", "two"]]
