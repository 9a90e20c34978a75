"""Many items are read at once, in the order asked for, whatever DynamoDB leaves unread."""

from typing import Any

import pytest

from chalicelib.assets.models import Branch, branch_key
from chalicelib.core import aws, clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import find_many
from tests.cloud import Cloud


def kept(pk: str, number: int) -> tuple[str, str]:
    """Keep an item; gives its keys."""
    name = f"b{number}"
    item = Branch(pk, branch_key(name), name=name, head=number, base=1, created_by=SYSTEM)
    item.created_at = clock.timestamp(clock.now())
    item.save()
    return pk, branch_key(name)


def test_items_come_in_the_order_of_their_keys_without_those_that_are_not_there(
    cloud: Cloud,
) -> None:
    del cloud
    pk = clock.new_id()
    keys = [kept(pk, number) for number in range(130)]
    wanted = [*reversed(keys), (pk, "none"), (pk, "x" * 1024), keys[0]]
    found = find_many(Branch, wanted)
    assert [one.head for one in found] == list(reversed(range(130)))
    assert find_many(Branch, []) == []


def test_what_dynamodb_leaves_unread_is_asked_for_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    del cloud
    pk = clock.new_id()
    keys = [kept(pk, number) for number in range(5)]
    dynamodb, asked = aws.client("dynamodb"), []

    def answer(RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, wanted),) = RequestItems.items()
        first, rest = wanted["Keys"][:2], wanted["Keys"][2:]
        asked.append(len(wanted["Keys"]))
        told = real(RequestItems={table: wanted | {"Keys": first}})
        left = {table: wanted | {"Keys": rest}} if rest else {}
        return dict(told) | {"UnprocessedKeys": left}

    real = dynamodb.batch_get_item
    monkeypatch.setattr(dynamodb, "batch_get_item", answer)
    assert [one.head for one in find_many(Branch, keys)] == [0, 1, 2, 3, 4]
    assert asked == [5, 3, 1]
