"""What people read when a value is not as it must be."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest

from chalicelib.core.api import validation
from chalicelib.core.errors import Invalid


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    word: Literal["one", "two"] = "one"
    needed: int | None = 1


class Order(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=5)] = "a"
    many: Annotated[list[Inner], msgspec.Meta(max_length=2)] = []
    count: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    hours: Annotated[float, msgspec.Meta(gt=0)] = 1
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    kind: Literal["big", "small"] | msgspec.UnsetType | None = msgspec.UNSET
    form: Annotated[str, msgspec.Meta(pattern="^x+$", examples=["x", "xx"])] | None = None
    words: dict[Annotated[str, msgspec.Meta(min_length=1)], int | list[str]] = {}


A_TIME = "A time with its zone is needed, such as 2026-01-31T12:00:00Z"


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"name": ""}, "name", "Must not be empty"),
        ({"name": "abcdef"}, "name", "At most 5 characters"),
        ({"name": None}, "name", "Must be text, not null"),
        ({"many": [{}, {}, {}]}, "many", "At most 2 entries"),
        ({"many": {}}, "many", "Must be a list, not an object"),
        ({"many": [{"word": "three"}]}, "many[0].word", "One of one, two"),
        ({"many": [{"needed": "1"}]}, "many[0].needed", "Must be a whole number or null, not text"),
        ({"many": [{"more": 1}]}, "many[0]", "Unknown field more"),
        ({"count": -1}, "count", "At least 0"),
        ({"count": 10}, "count", "At most 9"),
        ({"hours": 0}, "hours", "More than 0"),
        ({"at": "soon"}, "at", A_TIME),
        ({"at": "2026-01-31T12:00:00"}, "at", A_TIME),
        ({"kind": "tiny"}, "kind", "One of big, small"),
        ({"form": "y"}, "form", "Not of the form that is needed, such as x or xx"),
        ({"words": {"": 1}}, "words", "Must not be empty"),
        ({"words": {"a": 1.5}}, "words[...]", "Must be a whole number or a list, not a number"),
    ],
)
def test_a_fault_is_named_in_words(given: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        validation.body(given, Order)
    assert refused.value.errors == [{"field": field, "message": message}]


@pytest.mark.parametrize("at", ["1767225600", "-1", "2026-01-31"])
def test_a_time_in_a_query_is_no_number(at: str) -> None:
    with pytest.raises(Invalid) as refused:
        validation.query({"at": [at]}, Order)
    assert refused.value.errors == [{"field": "at", "message": A_TIME}]
