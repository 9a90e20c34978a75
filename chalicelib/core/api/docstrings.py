"""What types say of their fields: the section `Attributes:` of their docstrings."""

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any, get_origin

import msgspec

_HEADING = "\n\nAttributes:\n"
_FIELD = re.compile(r"^    (\w+): (.*(?:\n {6,}.*)*)", re.MULTILINE)


def divided(text: str) -> tuple[str, dict[str, str]]:
    """Return a docstring without its section of attributes, and these by name.

    Args:
        text: the docstring, without the indentation of its code.
    """
    said, _, section = text.partition(_HEADING)
    section, _, behind = section.partition("\n\n")
    fields = {name: _sentence(words) for name, words in _FIELD.findall(section)}
    return "\n\n".join(part for part in (said, behind) if part), fields


def _sentence(words: str) -> str:
    """Write words as a sentence on one line."""
    line = " ".join(words.split())
    return line[:1].upper() + line[1:]


def fields_of(kind: type[Any]) -> dict[str, str]:
    """Return what a type and those that it inherits from say of their fields, by name."""
    found: dict[str, str] = {}
    plain: type[Any] = get_origin(kind) or kind
    for one in reversed(plain.__mro__):
        if one.__doc__:
            found |= divided(inspect.cleandoc(one.__doc__))[1]
    return found


def describe(schema: dict[str, Any], kind: type[Any]) -> None:
    """Move what a type says of its fields from its schema's description to the properties."""
    if "description" in schema:
        schema["description"], _ = divided(inspect.cleandoc(schema["description"]))
    for name, words in fields_of(kind).items():
        schema["properties"][name]["description"] = words


def structs_in(types: Sequence[Any]) -> list[Any]:
    """Return every struct that types consist of, each once."""
    found = (struct for kind in msgspec.inspect.multi_type_info(types) for struct in _in(kind))
    return list(dict.fromkeys(struct.cls for struct in found))


def _in(kind: Any, seen: frozenset[Any] = frozenset()) -> Iterator[msgspec.inspect.StructType]:
    """Walk what msgspec knows of a type."""
    if isinstance(kind, msgspec.inspect.StructType):
        if kind.cls in seen:
            return
        yield kind
        seen |= {kind.cls}
        parts: list[Any] = [field.type for field in kind.fields]
    else:
        named = ("type", "item_type", "item_types", "key_type", "value_type", "types")
        parts = [getattr(kind, name) for name in named if hasattr(kind, name)]
    for part in parts:
        for one in part if isinstance(part, tuple | list) else [part]:
            yield from _in(one, seen)
