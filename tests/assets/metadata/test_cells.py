"""Values become cells from which they are read again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.assets.metadata import cells
from chalicelib.assets.metadata.schema import Field

TEXTS = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
ODD = some.sampled_from(["", "1", "-1.5", "1e5", "true", "FALSE", "[]", '["a"]', '"', '"a"', "01"])
TEXT = TEXTS | ODD
NUMBER = some.integers(-(10**30), 10**30) | some.floats(allow_nan=False, allow_infinity=False)
VALUES = TEXT | NUMBER | some.booleans() | some.lists(TEXT, max_size=4)


def field(kind: Any) -> Field | None:
    return None if kind is None else Field(name="f", type=kind)


@given(VALUES)
def test_without_a_schema_every_value_comes_back_as_it_was(value: Any) -> None:
    cell = cells.of_value(value, None)
    assert cell
    found = cells.to_value(cell, None)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", TEXT),
        ("choice", TEXT),
        ("date", some.dates().map(str)),
        ("number", NUMBER),
        ("boolean", some.booleans()),
        ("list", some.lists(TEXT, max_size=4)),
    ],
)
def test_with_a_schema_every_value_that_fits_comes_back(kind: Any, values: Any) -> None:
    @given(values)
    def comes_back(value: Any) -> None:
        found = cells.to_value(cells.of_value(value, field(kind)), field(kind))
        assert (found, type(found)) == (value, type(value))

    comes_back()


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("", None, None),
        ("", "text", None),
        ("007", "text", "007"),
        ("007", None, "007"),
        ("7", None, 7),
        ("1e999", None, "1e999"),
        ("[1]", None, "[1]"),
        ("TRUE", "boolean", True),
        (" false", "boolean", False),
        ("yes", "boolean", "yes"),
        ("cheap", "number", "cheap"),
        ("a, b", "list", ["a", "b"]),
        ("a\nb", "list", ["a", "b"]),
        ('"a, b",c', "list", ["a, b", "c"]),
    ],
)
def test_cells_that_people_write_are_understood(cell: str, kind: Any, value: Any) -> None:
    assert cells.to_value(cell, field(kind)) == value


def test_a_comma_is_a_decimal_mark_where_files_are_written_so() -> None:
    assert cells.to_value("-1,5", field("number"), decimal_comma=True) == -1.5
    assert cells.to_value("-1,5", field("number")) == "-1,5"


def test_a_list_with_an_open_quote_is_none() -> None:
    with pytest.raises(ValueError, match="quote"):
        cells.to_list('"a')
