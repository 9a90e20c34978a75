"""Custom fields as the cells of a table, and back, whatever their type.

Text stands as it is, unless it would be read as something else: then it comes as JSON, in quotes.
So do all other values for whose type the tenant's schema does not vouch.
"""

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from chalicelib.assets.metadata.descriptions import Scalar
from chalicelib.assets.metadata.schema import Field

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_TEXTS = ("text", "date", "choice")
_WORDS = {"true": True, "false": False}


def of_value(value: Scalar | None, field: Field | None) -> str:
    """Return the cell of a custom field; an empty one where it has no value.

    Args:
        value: the value.
        field: what the schema says of it; None where it says nothing.
    """
    if value is None:
        return ""
    kind = field.type if field else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)
    if isinstance(value, list):
        return of_list(value) if kind == "list" else json.dumps(value, ensure_ascii=False)
    is_plain = bool(value) and not value.startswith('"')
    if kind not in _TEXTS:
        is_plain = is_plain and _untyped(value) == value
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def to_value(cell: str, field: Field | None, *, decimal_comma: bool = False) -> Scalar | None:
    """Return the value for which a cell stands; None for an empty one.

    What does not fit the schema comes as it was read, for the schema to be told.

    Args:
        cell: the cell.
        field: what the schema says of it; None where it says nothing.
        decimal_comma: whether numbers may be written with a comma.
    """
    if not cell:
        return None
    kind = field.type if field else None
    if kind in _TEXTS:
        quoted = _json(cell) if cell.startswith('"') else None
        return quoted if isinstance(quoted, str) else cell
    if kind == "list":
        return to_list(cell)
    if kind == "number" and decimal_comma and re.fullmatch(r"-?\d+,\d+", cell):
        cell = cell.replace(",", ".")
    if kind == "boolean":
        return _WORDS.get(cell.strip().lower(), cell)
    return _untyped(cell)


def of_list(words: Sequence[str]) -> str:
    """Return the cell of a list: its entries with commas between, in quotes where they need it."""
    if not words:
        return "[]"
    plain = all(
        word == word.strip() and len(word.splitlines()) == 1 and word != "[]" for word in words
    )
    out = io.StringIO()
    dialect: type[csv.Dialect] = csv.excel if plain else csv.unix_dialect  # which quotes all
    csv.writer(out, dialect, lineterminator="").writerow(words)
    return out.getvalue()


def to_list(cell: str) -> list[str]:
    """Return the entries of a list: between commas, or each on a line of its own.

    Raises:
        ValueError: a quote is not closed.
    """
    if cell in ("", "[]"):
        return []
    try:
        lines = csv.reader(io.StringIO(cell, newline=""), skipinitialspace=True, strict=True)
        return [word for line in lines for word in line]
    except csv.Error:
        raise ValueError("A quote is not closed, or has something behind it") from None


def _untyped(cell: str) -> Scalar:
    """Return the value of a cell of which no schema says what it is."""
    if cell.lower() in _WORDS:
        return _WORDS[cell.lower()]
    if _NUMBER.fullmatch(cell) or cell.startswith(('"', "[")):
        value = _json(cell)
        if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
            return value
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
    return cell


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except ValueError:
        return None
