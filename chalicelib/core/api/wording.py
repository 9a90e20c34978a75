"""What people read when a value is not as it must be, in place of the decoder's own words."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "a time",
}
_UNITS = {"str": "characters", "array": "entries", "object": "entries"}
_BOUNDS = {">=": "At least", ">": "More than", "<=": "At most", "<": "Less than"}
_PATH = re.compile(r" - at (?:`key` in )?`\$\.?(.*)`$")
_STEPS = re.compile(r"\[[^\]]*\]|[^.\[]+")
A_TIME = "A time with its zone is needed, such as 2026-01-31T12:00:00Z"


def described(name: str, kind: Any, message: str) -> dict[str, str]:
    """Return which field is at fault, and what it has to be.

    Args:
        name: the field of the request.
        kind: its type.
        message: what msgspec says of it.

    Returns:
        The field's path, such as `steps[0].name`, and the message.
    """
    found = _PATH.search(message)
    path = found.group(1) if found else ""
    dot = "." if name and path and not path.startswith("[") else ""
    said = _PATH.sub("", message)
    return {"field": f"{name}{dot}{path}", "message": _worded(said, kind, _STEPS.findall(path))}


def _worded(message: str, kind: Any, path: Sequence[str]) -> str:
    if message.startswith("Invalid enum value"):
        allowed = [value for leaf in _leaves(kind, path) for value in _values(leaf)]
        return f"One of {', '.join(dict.fromkeys(allowed))}"
    if " matching regex " in message:
        examples = [text for leaf in _leaves(kind, path) for text in _examples(leaf)]
        return f"Not of the form that is needed, such as {' or '.join(examples)}"
    for pattern, words in _WORDS:
        match = re.fullmatch(pattern, message)
        if match:
            return words(match)
    return message


def _length(match: re.Match[str]) -> str:
    kind, bound, number = match.groups()
    return (
        "Must not be empty"
        if (bound, number) == (">=", "1")
        else (f"{_BOUNDS[bound]} {number} {_UNITS[kind]}")
    )


def _kind(match: re.Match[str]) -> str:
    wanted, given = match.groups()
    kinds = [_KINDS.get(kind, kind) for kind in wanted.split(" | ")]
    return f"Must be {' or '.join(kinds)}, not {_KINDS.get(given, given)}"


_WORDS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"Expected `(str|array|object)` of length ([<>]=) (\d+)", _length),
    (r"Expected `(?:int|float)` ([<>]=?) ([-\d]+)(?:\.0)?", lambda m: f"{_BOUNDS[m[1]]} {m[2]}"),
    (r"Expected `(.+)`, got `(.+)`", _kind),
    (r"Invalid RFC3339 encoded datetime", lambda _: A_TIME),
    (r"Expected `datetime` with a timezone component", lambda _: A_TIME),
    (r"Object missing required field `(.+)`", lambda m: f"The field {m[1]} is missing"),
    (r"Object contains unknown field `(.+)`", lambda m: f"Unknown field {m[1]}"),
)


def _leaves(kind: Any, path: Sequence[str]) -> Iterator[Any]:
    """Find the types that a value at a path may have: names of fields, and `[0]` or `[...]`."""
    for option in _options(kind):
        if not path:
            yield option
        elif path[0].startswith("["):
            if get_args(option):
                yield from _leaves(get_args(option)[-1], path[1:])
        elif isinstance(option, type) and issubclass(option, msgspec.Struct):
            fields = {field.encode_name: field.type for field in msgspec.structs.fields(option)}
            yield from _leaves(fields[path[0]], path[1:])


def _options(kind: Any) -> Iterator[Any]:
    """Take a union, and what is annotated, apart; what is annotated with examples stays whole."""
    if get_origin(kind) is Annotated and not _examples(kind):
        yield from _options(get_args(kind)[0])
    elif get_origin(kind) in (list, dict, Literal, Annotated) or not get_args(kind):
        yield kind
    else:
        for option in get_args(kind):
            yield from _options(option)


def _values(kind: Any) -> list[str]:
    return [str(value) for value in get_args(kind)] if get_origin(kind) is Literal else []


def _examples(kind: Any) -> list[str]:
    metas = [meta for meta in get_args(kind)[1:] if isinstance(meta, msgspec.Meta)]
    return [str(example) for meta in metas for example in meta.examples or []]
