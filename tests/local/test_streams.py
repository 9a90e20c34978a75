"""A stream is read as Lambda reads it: in order, in batches, and again from what failed."""

import base64
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local import dynamodb
from local.streams import Stream, Taken

pytestmark = pytest.mark.xdist_group("dynamodb-local")

Event = dict[str, Any]


class Handler:
    """A function that notes what it gets and answers, or breaks, as a test tells it to."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.events: list[Event] = []
        self.answer: Callable[[Event], Any] = lambda event: {"batchItemFailures": []}

    def __call__(self, event: Event) -> Any:
        self.events += event["Records"]
        self.batches.append([r["dynamodb"]["Keys"]["pk"]["S"] for r in event["Records"]])
        return self.answer(event)

    def failing_at(self, pk: str) -> None:
        """Report the record of this item as the first that failed."""

        def answer(event: Event) -> Any:
            failed = [r for r in event["Records"] if r["dynamodb"]["Keys"]["pk"]["S"] == pk]
            numbers = [record["dynamodb"]["SequenceNumber"] for record in failed]
            return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}

        self.answer = answer


class Table:
    """A table with a stream, in DynamoDB Local."""

    def __init__(self, port: int, name: str) -> None:
        address = {"endpoint_url": f"http://127.0.0.1:{port}", "config": Config(retries=None)}
        self.client = boto3.client("dynamodb", **address)
        self.streams = boto3.client("dynamodbstreams", **address)
        self.name = name
        self.client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )

    def put(self, *keys: str, **attributes: Any) -> None:
        for pk in keys:
            self.client.put_item(TableName=self.name, Item={"pk": {"S": pk}} | attributes)

    def stream(self, checkpoints: Path | None = None) -> Stream:
        return Stream(self.client, self.streams, self.name, checkpoints)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A DynamoDB Local of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(dynamodb.command(number), **quiet) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, "DynamoDB Local has ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", number)) == 0:
                    break
            time.sleep(0.1)
        yield number
        process.terminate()


@pytest.fixture
def table(port: int, request: pytest.FixtureRequest) -> Table:
    return Table(port, "".join(c for c in request.node.name if c.isalnum())[:100])


@pytest.fixture
def handler() -> Handler:
    return Handler()


def take(stream: Stream, handler: Handler, size: int = 100, rounds: int = 20) -> list[Taken]:
    """Read on until nothing comes, as the worker does without its pauses."""
    taken = []
    for _ in range(rounds):
        taken.append(stream.take(size, handler))
        if not taken[-1].records:
            return taken
    return taken


def test_records_come_in_their_order_and_in_batches(table: Table, handler: Handler) -> None:
    keys = [f"{number:02}" for number in range(25)]
    table.put(*keys)
    taken = take(table.stream(), handler, size=10)
    assert [len(batch) for batch in handler.batches] == [10, 10, 5]
    assert [key for batch in handler.batches for key in batch] == keys
    assert taken[:3] == [Taken(10, False), Taken(10, False), Taken(5, False)]


def test_a_record_looks_as_lambda_gives_it(table: Table, handler: Handler) -> None:
    table.put("a", text={"S": "x"}, blob={"B": b"\x00\xff"}, blobs={"L": [{"B": b"\x01"}]})
    table.put("a", text={"S": "y"})
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": "a"}})
    take(table.stream(), handler)
    assert [event["eventName"] for event in handler.events] == ["INSERT", "MODIFY", "REMOVE"]
    first, _, last = handler.events
    assert first["dynamodb"]["NewImage"] == {
        "pk": {"S": "a"},
        "text": {"S": "x"},
        "blob": {"B": base64.b64encode(b"\x00\xff").decode()},
        "blobs": {"L": [{"B": base64.b64encode(b"\x01").decode()}]},
    }
    assert "NewImage" not in last["dynamodb"]
    assert first["eventSource"] == "aws:dynamodb"
    assert f"table/{table.name}/stream/" in first["eventSourceARN"]
    # DynamoDB rounds this time, and DynamoDB Local does so upwards.
    assert abs(first["dynamodb"]["ApproximateCreationDateTime"] - time.time()) < 90


def test_from_the_record_that_failed_everything_comes_again(table: Table, handler: Handler) -> None:
    table.put("a", "b", "c", "d")
    handler.failing_at("c")
    stream = table.stream()
    assert stream.take(100, handler) == Taken(4, True)
    assert stream.take(100, handler) == Taken(2, True)
    handler.failing_at("")
    take(stream, handler)
    assert handler.batches == [["a", "b", "c", "d"], ["c", "d"], ["c", "d"]]


def test_a_batch_that_breaks_the_function_comes_again_in_halves(
    table: Table, handler: Handler
) -> None:
    table.put(*"abcdef")

    def broken(event: Event) -> Any:
        if len(handler.batches[-1]) > 1 and "b" in handler.batches[-1]:
            raise RuntimeError

    handler.answer = broken
    take(table.stream(), handler)
    assert handler.batches == [
        ["a", "b", "c", "d", "e", "f"],
        ["a", "b", "c"],
        ["a"],
        ["b", "c", "d", "e", "f"],
        ["b", "c"],
        ["b"],
        ["c", "d", "e", "f"],
    ]


@pytest.mark.parametrize("identifier", ["unknown", "", None])
def test_an_answer_that_names_no_record_fails_the_batch(
    table: Table, handler: Handler, identifier: Any
) -> None:
    table.put("a", "b")
    handler.answer = lambda event: {"batchItemFailures": [{"itemIdentifier": identifier}]}
    stream = table.stream()
    assert [stream.take(100, handler) for _ in range(2)] == [Taken(2, True)] * 2


def test_the_next_process_goes_on_where_the_last_one_was(
    table: Table, handler: Handler, tmp_path: Path
) -> None:
    checkpoints = tmp_path / "checkpoints.json"
    table.put("a", "b", "c")
    handler.failing_at("c")
    table.stream(checkpoints).take(100, handler)
    table.put("d")
    handler.failing_at("")
    take(table.stream(checkpoints), handler)
    take(table.stream(checkpoints), handler)
    assert handler.batches == [["a", "b", "c"], ["c", "d"]]


def test_an_iterator_that_expired_is_made_anew(table: Table, handler: Handler) -> None:
    stream = table.stream()
    table.put("a")
    take(stream, handler)
    table.put("b")
    stream._iterators = dict.fromkeys(stream._iterators, "expired")
    with pytest.raises(stream._client.exceptions.ClientError):
        stream.take(100, handler)
    take(stream, handler)
    assert handler.batches == [["a"], ["b"]]


def test_what_time_removes_is_a_removal(table: Table, handler: Handler) -> None:
    ttl = {"AttributeName": "ttl", "Enabled": True}
    table.client.update_time_to_live(TableName=table.name, TimeToLiveSpecification=ttl)
    table.put("a", ttl={"N": str(int(datetime.now(UTC).timestamp()) - 60)})
    stream = table.stream()
    give_up_at = time.monotonic() + 60
    while len(handler.events) < 2:
        assert time.monotonic() < give_up_at
        stream.take(100, handler)
        time.sleep(0.2)
    assert [event["eventName"] for event in handler.events] == ["INSERT", "REMOVE"]


def test_records_go_on_where_no_file_can_be_written(
    table: Table, handler: Handler, tmp_path: Path
) -> None:
    stream = table.stream(tmp_path / "missing" / "checkpoints.json")
    table.put("a")
    take(stream, handler)
    table.put("b")
    take(stream, handler)
    assert handler.batches == [["a"], ["b"]]
