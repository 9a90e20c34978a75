"""Records reach their consumers as they were written, or are told without their values."""

import json

import pytest

from chalicelib.core import clock, records
from chalicelib.core.outbox import Person, record

ANNA = Person("1", "anna@acme.test")


def written(**values: object) -> records.Record:
    item = record("acme", ANNA, "asset.created", ("asset", "a1"), clock.now(), **values)
    return records.read(item.serialize())


def test_a_record_survives_its_way_through_the_stream_and_a_queue() -> None:
    told = written(old={"title": "Ebb"}, new={"title": "Flood"})
    assert (told.tenant_id, told.actor, told.action) == ("acme", ANNA, "asset.created")
    assert (told.subject.type, told.subject.id) == ("asset", "a1")
    assert records.parse(records.write(told, 10_000)) == [told]


def test_one_that_is_too_large_is_told_without_its_values() -> None:
    told = written(new={"text": "x" * 5000})
    (heard,) = records.parse(records.write(told, 2000))
    assert (heard.id, heard.new) == (told.id, None)


def test_what_queues_refuse_is_escaped() -> None:
    told = written(new={"title": "a\uffffb\ufffe"})
    body = records.write(told, 10_000)
    assert body.isascii()
    assert json.loads(body)["new"] == {"title": "a\uffffb\ufffe"}
    assert records.parse(body) == [told]


def test_another_item_of_the_table_is_no_record() -> None:
    with pytest.raises(ValueError, match="not an audit record"):
        records.read({"pk": {"S": "acme#seals"}, "sk": {"S": "1"}})
