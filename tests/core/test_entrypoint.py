"""Lambdas of streams: what was done is done, and the rest comes again."""

from typing import Any

import pytest
from chalice.app import DynamoDBEvent

from chalicelib.core import entrypoint, logs
from chalicelib.core.entrypoint import Change, Unfinished


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
