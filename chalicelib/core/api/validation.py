"""Turning JSON and query parameters into typed requests, with every fault named at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, get_origin

import msgspec

from chalicelib.core.api import wording
from chalicelib.core.errors import Invalid

T = TypeVar("T", bound=msgspec.Struct)


def body(value: Any, kind: type[T]) -> T:
    """Check a JSON body against its type.

    Raises:
        Invalid: naming every unknown, missing or ill-typed field.
    """
    if not isinstance(value, dict):
        raise Invalid(
            "The body must be a JSON object.",
            errors=[{"field": "", "message": "Expected an object"}],
        )
    return _checked(value, kind, strict=True)


def form(fields: Mapping[str, Sequence[str]], kind: type[T]) -> T:
    """Check the fields of a form against their type; a field left blank counts as left out.

    Raises:
        Invalid: naming every unknown, missing, repeated or ill-typed field.
    """
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    filled = {
        name: given for name, given in fields.items() if name not in known or list(given) != [""]
    }
    return query(filled, kind)


def query(parameters: Mapping[str, Sequence[str]], kind: type[T]) -> T:
    """Check query parameters against their type.

    Those of a list type may be repeated; those of a map are given each as `map.name`.

    Raises:
        Invalid: naming every unknown, repeated or ill-typed parameter.
    """
    values: dict[str, Any] = {}
    errors = []
    fields = msgspec.structs.fields(kind)
    lists = {field.encode_name for field in fields if _is_list(field.type)}
    maps = {field.encode_name for field in fields if get_origin(field.type) is dict}
    for name, given in parameters.items():
        group, _, key = name.partition(".")
        if name in lists:
            values[name] = list(given)
        elif len(given) > 1:
            errors.append({"field": name, "message": "Given more than once"})
        elif group in maps and key:
            values.setdefault(group, {})[key] = given[0]
        elif name in maps:
            errors.append({"field": name, "message": f"Give it as {name}.NAME"})
        else:
            values[name] = given[0]
    if errors:
        raise _invalid(errors)
    checked = _checked(values, kind, strict=False)
    for field in fields:
        said, value = values.get(field.encode_name), getattr(checked, field.name)
        if said is None:
            continue
        # The lax conversion takes "null" for no value, and so would drop the filter, and numbers
        # for times.
        if value is None:
            errors.append({"field": field.encode_name, "message": "Has no value; leave it out"})
        elif isinstance(value, datetime) and "T" not in said.upper():
            errors.append({"field": field.encode_name, "message": wording.A_TIME})
    if errors:
        raise _invalid(errors)
    return checked


def _checked(values: dict[str, Any], kind: type[T], *, strict: bool) -> T:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    errors = [
        {"field": str(name), "message": "Unknown field"} for name in values if name not in fields
    ]
    for name, field in fields.items():
        if name not in values:
            if field.required:
                errors.append({"field": name, "message": "Required"})
            continue
        try:
            msgspec.convert(values[name], field.type, strict=strict)
        except msgspec.ValidationError as error:
            errors.append(wording.described(name, field.type, str(error)))
    if errors:
        raise _invalid(errors)
    try:
        return msgspec.convert(values, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise _invalid([wording.described("", kind, str(error))]) from error


def _invalid(errors: list[dict[str, str]]) -> Invalid:
    summary = "; ".join(f"{e['field']}: {e['message']}" for e in errors[:5])
    return Invalid(summary, errors=errors)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (list, tuple)
