"""What is said of an asset as the row of a table, and what a row asks to change.

A cell that is as the export would write it now changes nothing; an empty one removes what it stands
for. `docs/metadata.md` names the columns.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from chalicelib.assets.faces import Face
from chalicelib.assets.metadata import cells
from chalicelib.assets.metadata.descriptions import AssetChange, Rights
from chalicelib.assets.metadata.schema import Field
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.api import wording
from chalicelib.core.errors import Invalid, invalid

ID, REVISION, FILENAME = "id", "revision", "filename"
_TEXTS = ("title", "description", "alt_text", "category")
_LISTS = ("tags", "keywords")
_RIGHTS = tuple(f"rights.{name}" for name in Rights.__struct_fields__)
_POINT = "focal_point"
_CUSTOM = "custom_fields."

FIXED = (ID, REVISION, FILENAME, *_TEXTS, *_LISTS, *_RIGHTS, _POINT)
"""The columns of every export, in their order; those of custom fields follow."""


class Reading(NamedTuple):
    """How cells are to be read: the tenant's schema by name, and how the file writes numbers."""

    fields: Mapping[str, Field] = {}
    decimal_comma: bool = False


def custom(name: str) -> str:
    """Return the column of a custom field."""
    return _CUSTOM + name


def require_known(heading: Sequence[str]) -> None:
    """Refuse a heading that does not say what all of its columns are.

    Raises:
        Invalid: a column is unknown, there twice, without a name, or `id` is missing.
    """
    seen: set[str] = set()
    for number, name in enumerate(heading, 1):
        place = f"Column {number}"
        if not name:
            raise invalid("csv", f"{place} has no name")
        if name in seen:
            raise invalid("csv", f"{place}, {name[:100]!r}, is there twice")
        seen.add(name)
        if name not in FIXED and not (name.startswith(_CUSTOM) and len(name) > len(_CUSTOM)):
            known = ", ".join(FIXED)
            raise invalid(
                "csv", f"{place}, {name[:100]!r}, is unknown; there are {known} and {_CUSTOM}…"
            )
    if ID not in seen:
        raise invalid("csv", "A column named id is needed, between commas, semicolons or tabs")


def row_of(asset: AssetMetadata, face: Face, fields: Mapping[str, Field]) -> dict[str, str]:
    """Return the cells of an asset by their columns; those of custom fields that have a value."""
    row = {ID: str(asset.asset_id), REVISION: str(asset.revision), FILENAME: face.filename}
    row |= {name: getattr(asset, name) or "" for name in _TEXTS}
    row |= {name: cells.of_list(getattr(asset, name) or []) for name in _LISTS}
    row |= {name: "" for name in _LISTS if row[name] == "[]"}
    row |= {name: asset.rights.get(name.partition(".")[2]) or "" for name in _RIGHTS}
    point = asset.focal_point
    row[_POINT] = f"{point['x']} {point['y']}" if point else ""
    said = asset.custom_fields.items()
    return row | {custom(name): cells.of_value(value, fields.get(name)) for name, value in said}


def change_of(
    asset: AssetMetadata, face: Face, row: Mapping[str, str], reading: Reading
) -> AssetChange | None:
    """Return what a row says anew of an asset; None where that is nothing.

    Raises:
        Invalid: naming every column at fault.
    """
    now = row_of(asset, face, reading.fields)
    said = {n: c for n, c in row.items() if n != REVISION and (c or n not in (ID, FILENAME))}
    asked = {n: c for n, c in said.items() if not _is_same(c, now.get(n, ""))}
    errors: list[dict[str, str]] = []
    change: dict[str, Any] = {}
    for name, cell in asked.items():
        try:
            _put(change, name, _value(name, cell, reading))
        except msgspec.ValidationError as fault:
            errors.append(wording.described("", AssetChange, str(fault)))
        except ValueError as fault:
            errors.append({"field": name, "message": str(fault)})
    if errors:
        summary = "; ".join(f"{one['field']}: {one['message']}" for one in errors[:5])
        raise Invalid(summary, errors=errors)
    return msgspec.convert(change, AssetChange) if change else None


def if_match(row: Mapping[str, str]) -> str | None:
    """Return the `If-Match` that a row asks for; None where it names no revision."""
    revision = row.get(REVISION, "").strip()
    return f'"{revision}"' if revision else None


def _is_same(cell: str, other: str) -> bool:
    """Return whether cells are alike; spreadsheets write line ends in their own way."""
    return cell == other or cell.replace("\r\n", "\n") == other.replace("\r\n", "\n")


def _value(name: str, cell: str, reading: Reading) -> Any:
    """Return the value of a cell.

    Raises:
        ValueError: it cannot be read as what its column holds.
    """
    if name in (ID, FILENAME):
        raise ValueError("Cannot be changed; leave the column out")
    if name in _TEXTS:
        return cell if name != "category" else cell or None
    if name in _LISTS:
        return [word for word in map(str.strip, cells.to_list(cell)) if word]
    if name == _POINT:
        return _point(cell)
    if name.startswith(_CUSTOM):
        field = reading.fields.get(name.removeprefix(_CUSTOM))
        return cells.to_value(cell, field, decimal_comma=reading.decimal_comma)
    return cell or None


def _point(cell: str) -> dict[str, float] | None:
    if not cell.strip():
        return None
    try:
        x, y = (float(part) for part in cell.split())
    except ValueError:
        raise ValueError("Two numbers from 0 to 1 are needed, such as 0.5 0.25") from None
    return {"x": x, "y": y}


def _put(change: dict[str, Any], name: str, value: Any) -> None:
    """Add a value to a change.

    Raises:
        msgspec.ValidationError: it cannot be what the column holds.
    """
    group, dot, key = name.partition(".")
    given = {key: value} if dot else value
    msgspec.convert({group: given}, AssetChange)
    change[group] = {**change.get(group, {}), **given} if dot else given
