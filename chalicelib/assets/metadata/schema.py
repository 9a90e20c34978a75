"""The schema of a tenant's custom fields: which there are, and what may stand in them.

Values that were there before a schema stay as they are; whoever sets a value heeds it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.assets.metadata.descriptions import Scalar, Word
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, pages, texts
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.errors import Conflict, Invalid, invalid
from chalicelib.core.outbox import Person, record
from chalicelib.core.pages import Position
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Item, find, put, transact

_PATTERN_BYTES = 64 * 1024
_MOST_CHECKED = 5_000
_MOST_TOLD = 100

Values = dict[str, Scalar]
FieldType = Literal["text", "number", "date", "boolean", "choice", "list"]


class Field(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One custom field.

    Attributes:
        name: its name, the key in `custom_fields`.
        type: what its value is; a date is written as `2026-01-31`, a list is one of texts.
        required: it has to have a value wherever custom fields are set.
        choices: the values that a choice, or each entry of a list, may be; null for any.
        pattern: a regular expression (RE2) that a whole text, or each entry of a list, has to
            match; null for none.
        description: what it is for.
    """

    name: Word
    type: FieldType
    required: bool = False
    choices: Annotated[list[Word], msgspec.Meta(min_length=1, max_length=500)] | None = None
    pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None
    description: Annotated[str, msgspec.Meta(max_length=1000)] = ""


Fields = Annotated[list[Field], msgspec.Meta(max_length=200)]


class Schema(Item):
    """A tenant's custom fields (`pk` tenant, `sk` = `SCHEMA`)."""

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    fields = StructAttribute(list[Field], default=list)
    revision = IntegerAttribute(default=1)
    updated_at = UnicodeAttribute()


class Misfit(msgspec.Struct):
    """An asset whose values do not fit.

    Attributes:
        asset_id: the asset.
        fields: the names of the fields at fault.
    """

    asset_id: str
    fields: list[str]


def fields_of(tenant_id: str) -> list[Field] | None:
    """Return a tenant's custom fields; None where it has no schema, so that all values fit."""
    found = find(Schema, tenant_id, "SCHEMA")
    return None if found is None or not found.fields else list(found.fields)


def replace(tenant_id: str, fields: list[Field], actor: Person, now: datetime) -> None:
    """Give a tenant another schema; an empty one lets everything stand.

    Raises:
        Invalid: a field that cannot be.
        Conflict: another request changes it at the same time.
    """
    _check(fields)
    before = find(Schema, tenant_id, "SCHEMA")
    revision = 1 if before is None else before.revision + 1
    fresh = Schema(
        tenant_id, "SCHEMA", fields=fields, revision=revision, updated_at=clock.timestamp(now)
    )
    unchanged = Schema.pk.does_not_exist() if before is None else Schema.revision == before.revision
    told = record(
        tenant_id,
        actor,
        "metadata.schema_changed",
        ("tenant", tenant_id),
        now,
        old={"fields": msgspec.to_builtins(before.fields if before else [])},
        new={"fields": msgspec.to_builtins(fields)},
    )
    try:
        transact(put(fresh, condition=unchanged), put(told))
    except ConditionFailed:
        raise Conflict("Another request changes the schema at the same time; try again.") from None


def require_fit(tenant_id: str, before: Values, after: Values) -> None:
    """Refuse custom fields that do not fit the schema; what stays as it was may stay.

    Raises:
        Invalid: naming every field at fault.
    """
    fields = fields_of(tenant_id)
    if fields is None:
        return
    changed = {name: v for name, v in after.items() if name not in before or before[name] != v}
    faults = dict(_faults(fields, changed))
    for field in fields:
        if field.required and field.name not in after:
            faults[field.name] = "Required"
    if faults:
        errors = [{"field": f"custom_fields.{n}", "message": m} for n, m in faults.items()]
        summary = "; ".join(f"{one['field']}: {one['message']}" for one in errors[:5])
        raise Invalid(summary, errors=errors)


def misfits(tenant_id: str) -> tuple[list[Misfit], bool]:
    """Return assets whose custom fields do not fit, a hundred at most, and whether all are told."""
    fields = fields_of(tenant_id)
    if fields is None:
        return [], True
    found: list[Misfit] = []
    position: Position = None
    for _ in range(_MOST_CHECKED // 200):
        some, position = pages.read(
            AssetMetadata.by_tenant, tenant_id, limit=200, position=position, newest_first=True
        )
        for asset in some:
            at_fault = [name for name, _ in _faults(fields, asset.custom_fields)]
            there = asset.custom_fields.keys()
            at_fault += [one.name for one in fields if one.required and one.name not in there]
            if at_fault:
                found.append(Misfit(asset.asset_id, at_fault))
        if position is None or len(found) > _MOST_TOLD:
            break
    return found[:_MOST_TOLD], position is None and len(found) <= _MOST_TOLD


def _faults(fields: list[Field], values: Values) -> Iterator[tuple[str, str]]:
    """Give the names of values that do not fit, each with what is wrong."""
    by_name = {field.name: field for field in fields}
    for name, value in values.items():
        field = by_name.get(name)
        fault = "There is no such field in the schema" if field is None else _fault(field, value)
        if fault is not None:
            yield name, fault


def _fault(field: Field, value: Scalar) -> str | None:
    if field.type == "number":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number else "Must be a number"
    if field.type == "boolean":
        return None if isinstance(value, bool) else "Must be true or false"
    if field.type == "list":
        if not isinstance(value, list):
            return "Must be a list"
        return next((fault for one in value if (fault := _text_fault(field, one))), None)
    if not isinstance(value, str):
        return "Must be text"
    if field.type == "date" and not _is_date(value):
        return "A date is needed, such as 2026-01-31"
    return _text_fault(field, value)


def _text_fault(field: Field, text: str) -> str | None:
    if field.choices is not None and text not in field.choices:
        return f"One of {', '.join(field.choices[:20])}"
    if field.pattern is not None and not _matches(field.pattern, text):
        return "Not of the form that the schema asks for"
    return None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _matches(pattern: str, text: str) -> bool:
    import re2  # takes as long to load as all else that an edit needs

    options = re2.Options()
    options.max_mem, options.log_errors = _PATTERN_BYTES * 16, False
    return re2.fullmatch(pattern, text, options) is not None


def _check(fields: list[Field]) -> None:
    seen: set[str] = set()
    for number, field in enumerate(fields):
        place = f"fields[{number}]"
        texts.require_line(f"{place}.name", field.name)
        if field.name in seen:
            raise invalid(f"{place}.name", "There is another field of this name")
        seen.add(field.name)
        if field.type == "choice" and not field.choices:
            raise invalid(f"{place}.choices", "Name at least one")
        if field.choices is not None and field.type not in ("choice", "list"):
            raise invalid(f"{place}.choices", "Only choices and lists take them")
        if field.pattern is not None:
            if field.type not in ("text", "list"):
                raise invalid(f"{place}.pattern", "Only texts and lists take one")
            _require_pattern(f"{place}.pattern", field.pattern)


def _require_pattern(place: str, pattern: str) -> None:
    import re2

    try:
        _matches(pattern, "")
    except re2.error:
        raise invalid(place, "Not a regular expression of RE2's") from None
