"""Tables as CSV, which spreadsheets read without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence


def text(heading: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Write a table with its heading as CSV (RFC 4180).

    A cell that a spreadsheet would take for a formula comes with a `'` before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heading)
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return out.getvalue()


def _defused(cell: str | int) -> str | int:
    formula = isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{cell}" if formula else cell
