"""Tables as CSV, which no spreadsheet takes for formulas."""

import csv
import io

import pytest

from chalicelib.core.api import csv_tables


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_table_is_read_as_it_was_written() -> None:
    rows = [("a", 'with "quotes", commas', 1), ("b", "of two\nlines", -2)]
    assert read(csv_tables.text(["one", "two", "three"], rows)) == [
        ["one", "two", "three"],
        ["a", 'with "quotes", commas', "1"],
        ["b", "of two\nlines", "-2"],
    ]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_starts_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert read(csv_tables.text([], [[cell]]))[1] == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["a=1", "'a", " =1", "{}"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert read(csv_tables.text([], [[cell]]))[1] == [cell]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        *((f"{sign}1", f"'{sign}1") for sign in "=+-@\t\r"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("'text'", "'text'"),
        ("'", "'"),
        ("", ""),
        ("a=1", "a=1"),
    ],
)
def test_cells_are_neutralised_and_understood_again(cell: str, safe: str) -> None:
    assert csv_tables.neutralised(cell) == safe
    assert csv_tables.understood(safe) == cell
