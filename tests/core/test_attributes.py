"""Attributes give what they hold, and store it as they always did."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.attributes import JSONAttribute

from chalicelib.core import clock
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item, find, update
from tests.cloud import Cloud


class Corner(msgspec.Struct):
    """A place on a shelf."""

    shelf: str
    height_mm: int = 0


def shelved() -> Any:
    """Declare a model once a cloud says where its table is."""

    class Shelved(Item):
        class Meta:
            table_name = settings().tenants_table

        count = IntegerAttribute(default=1)
        limit = IntegerAttribute(null=True)
        corner = StructAttribute(Corner)
        spare = StructAttribute(Corner, null=True)
        corners = StructAttribute(list[Corner], default=list)

    return Shelved


def stored(pk: str) -> dict[str, Any]:
    answer = client("dynamodb").get_item(
        TableName=settings().tenants_table, Key={"pk": {"S": pk}, "sk": {"S": "SHELF"}}
    )
    item: dict[str, Any] = answer["Item"]
    return item


def test_an_item_gives_what_it_was_given(cloud: Cloud) -> None:
    model, pk = shelved(), clock.new_id()
    model(pk, "SHELF", count=7, corner=Corner("a", 30), corners=[Corner("b")]).save()
    read = find(model, pk, "SHELF")
    assert read is not None
    assert (type(read.count), read.count, read.limit) == (int, 7, None)
    assert (read.corner, read.spare, read.corners) == (Corner("a", 30), None, [Corner("b")])


def test_a_struct_is_stored_as_the_text_of_its_fields_in_their_order(cloud: Cloud) -> None:
    model, pk = shelved(), clock.new_id()
    model(pk, "SHELF", corner=Corner("Köln", 3)).save()
    assert stored(pk)["corner"] == {"S": '{"shelf": "K\\u00f6ln", "height_mm": 3}'}
    assert stored(pk)["count"] == {"N": "1"}


def test_a_stored_value_can_be_compared_with_one_in_hand(cloud: Cloud) -> None:
    model, pk = shelved(), clock.new_id()
    item = model(pk, "SHELF", corner=Corner("a"))
    item.save()
    update(item, model.corner.set(Corner("b")), condition=model.corner == Corner("a"))
    assert item.corner == Corner("b")


def test_an_attribute_that_was_set_to_none_is_none(cloud: Cloud) -> None:
    model, pk = shelved(), clock.new_id()
    item = model(pk, "SHELF", corner=Corner("a"), spare=Corner("b"), limit=3)
    item.save()
    update(item, model.spare.set(None), model.limit.set(None))
    read = find(model, pk, "SHELF")
    assert read is not None
    assert (read.spare, read.limit) == (None, None)


def test_what_is_not_of_the_type_fails_as_it_is_read() -> None:
    with pytest.raises(msgspec.ValidationError):
        StructAttribute(Corner).deserialize('{"shelf": 3}')


def test_fields_that_a_later_release_added_are_passed_over() -> None:
    assert StructAttribute(Corner).deserialize('{"shelf": "a", "depth": 3}') == Corner("a")


@pytest.mark.parametrize(("written", "number"), [("12", 12), ("-4", -4), ("1E+2", 100), ("3.0", 3)])
def test_numbers_are_read_in_every_form(written: str, number: int) -> None:
    assert IntegerAttribute().deserialize(written) == number


def test_a_fraction_is_neither_written_nor_read() -> None:
    with pytest.raises(TypeError):
        IntegerAttribute().serialize(1.5)
    with pytest.raises(ValueError, match="no integer"):
        IntegerAttribute().deserialize("1.5")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON))
def test_free_values_are_stored_as_before(value: dict[str, Any]) -> None:
    written = StructAttribute(dict[str, Any]).serialize(value)
    assert written == JSONAttribute().serialize(value)
    assert StructAttribute(dict[str, Any]).deserialize(written) == value


@given(st.integers(-(10**30), 10**30))
def test_integers_of_any_size_come_back(number: int) -> None:
    attribute = IntegerAttribute()
    assert attribute.deserialize(attribute.serialize(number)) == number
