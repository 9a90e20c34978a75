"""CSV files as people send them: their encoding, separator, heading and rows."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TextIO

from chalicelib.assets.metadata import columns
from chalicelib.core.api import csv_tables
from chalicelib.core.errors import Invalid

MOST_ROWS = 100_000
LARGEST_BYTES = 100 * 1024**2

_SEPARATORS = (",", ";", "\t")
_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""By their marks; spreadsheets that do not write UTF-8 may write this."""


class Unusable(Exception):
    """The file is none that can be imported; its text says why, to people."""


class Row(NamedTuple):
    """A row: its number as spreadsheets count, its cells by column, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    fault: str = ""


class Sheet(NamedTuple):
    """A file whose heading was understood; `rows` leaves out those that are blank."""

    rows: Iterator[Row]
    decimal_comma: bool


@contextmanager
def opened(path: str) -> Iterator[Sheet]:
    """Open a file.

    Raises:
        Unusable: it is none that can be imported; reading its rows may say so, too.
    """
    with open(path, "rb") as file:
        mark = file.read(2)
    encoding = next((name for start, name in _ENCODINGS if mark == start), "utf-8-sig")
    with open(path, encoding=encoding, newline="") as text:
        separator = _separator(_first_line(text))
        text.seek(0)
        lines = csv.reader(text, delimiter=separator, strict=True)
        heading = _heading(lines)
        yield Sheet(_rows(lines, heading), separator == ";")


def last_row(path: str) -> int:
    """Read a file to its end; return the number of its last row.

    Raises:
        Unusable: it is none that can be imported.
    """
    with opened(path) as sheet:
        number = 1
        for count, row in enumerate(sheet.rows, 1):
            if count > MOST_ROWS:
                raise Unusable(f"There are more than {MOST_ROWS} rows; send them as several files.")
            number = row.number
    return number


def check_heading(text: str) -> None:
    """Check the first line of a file.

    Raises:
        Unusable: it is no heading that is understood.
    """
    start = text.removeprefix("\ufeff")
    separator = _separator(start.partition("\n")[0])
    _heading(csv.reader(start.splitlines(keepends=True), delimiter=separator, strict=True))


def _first_line(text: TextIO) -> str:
    try:
        return text.readline(csv.field_size_limit())
    except UnicodeError:
        raise Unusable("This is not UTF-8; save the file as CSV in UTF-8.") from None


def _separator(line: str) -> str:
    """Return by what the heading, and so the file, is separated."""
    for separator in _SEPARATORS:
        names = next(csv.reader([line], delimiter=separator), [])
        if columns.ID in (name.strip() for name in names):
            return separator
    return _SEPARATORS[0]


def _heading(lines: Iterator[list[str]]) -> list[str]:
    heading = [name.strip() for name in _next(lines, 1) or ()]
    while heading and not heading[-1]:
        heading.pop()
    try:
        columns.require_known([csv_tables.understood(name) for name in heading])
    except Invalid as fault:
        raise Unusable(f"{fault.errors[0]['message'] if fault.errors else fault}.") from None
    return [csv_tables.understood(name) for name in heading]


def _rows(lines: Iterator[list[str]], heading: Sequence[str]) -> Iterator[Row]:
    number = 1
    while (cells := _next(lines, number + 1)) is not None:
        number += 1
        if not any(cells):
            continue
        while len(cells) > len(heading) and not cells[-1]:
            cells.pop()
        fault = ""
        if len(cells) != len(heading):
            fault = f"The row has {len(cells)} cells, and the heading {len(heading)}"
        named = dict(zip(heading, map(csv_tables.understood, cells), strict=False))
        yield Row(number, named, fault)


def _next(lines: Iterator[list[str]], number: int) -> list[str] | None:
    """Read one more row; None at the end.

    Raises:
        Unusable: it cannot be read.
    """
    try:
        return next(lines, None)
    except UnicodeError:
        raise Unusable(
            f"From row {number} on this is not UTF-8; save the file as CSV in UTF-8."
        ) from None
    except csv.Error as fault:
        told = "The file ends within quotes" if "end of data" in str(fault) else f"Not CSV: {fault}"
        raise Unusable(f"{told}, in row {number}.") from None
