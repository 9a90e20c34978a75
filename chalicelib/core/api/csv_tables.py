"""Tables as CSV, which spreadsheets read without running anything."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")


def text(heading: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Write a table with its heading as CSV (RFC 4180).

    A cell that a spreadsheet would take for a formula comes with a `'` before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heading)
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return out.getvalue()


def neutralised(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: one that it might has a `'` before it.

    What looks like such a cell already gets one more, so that `understood` gives back any text.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def understood(cell: str) -> str:
    """Return the text for which a cell stands: without the `'` of `neutralised`."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _defused(cell: str | int) -> str | int:
    return neutralised(cell) if isinstance(cell, str) else cell
