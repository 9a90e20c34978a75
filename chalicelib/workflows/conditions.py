"""What a moderation rule may ask of a version, and whether it holds.

Patterns are RE2's, which takes time in proportion to the text whatever the pattern, and so has
neither look-around nor back-references. The engine is imported when the first pattern needs it.
"""

import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets.admission import Candidate
from chalicelib.core.errors import invalid

LONGEST_VALUE = 500
_PATTERN_BYTES = 256 * 1024
_LONGEST_PROGRAM = 1000
"""How many instructions a pattern may have; a text of 64 kB takes one of these 0.3 s at worst."""

_TEXTS = frozenset(
    {
        "filename",
        "title",
        "description",
        "content_type",
        "kind",
        "extension",
        "text",
        "uploaded_by",
        "category",
        "tags",
        "keywords",
    }
)
_EMBEDDED = "embedded"

Op = Literal["equals", "contains", "matches", "greater_than"]
_Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
_Fraction = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_VALUE)]


class Condition(msgspec.Struct, forbid_unknown_fields=True):
    """One thing that a rule asks for.

    `field` may be `embedded` for any embedded value, or `embedded.` and a value's name, such as
    `embedded.exif.Make` or only `embedded.Make`. Text is compared without regard to case, but for
    `matches`.
    """

    field: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    op: Op
    value: _Text | _Number | _Fraction


def check(place: str, condition: Condition) -> None:
    """Refuse a condition that cannot be evaluated.

    Args:
        place: what the caller calls it, such as `when[0]`.
        condition: what was given.

    Raises:
        Invalid: naming the part of it that does not fit.
    """
    field, op, value = condition.field, condition.op, condition.value
    embedded = field == _EMBEDDED or (field.startswith("embedded.") and field != "embedded.")
    if not (embedded or field == "size_bytes" or field in _TEXTS):
        known = ", ".join(sorted(_TEXTS))
        raise invalid(f"{place}.field", f"One of {known}, size_bytes, embedded, embedded.<name>")
    if op == "greater_than" and field in _TEXTS:
        raise invalid(f"{place}.op", f"{field} is text; only numbers are greater than others")
    if op in {"contains", "matches"} and field == "size_bytes":
        raise invalid(f"{place}.op", "size_bytes is a number: equals or greater_than")
    wants_number = op == "greater_than" or field == "size_bytes"
    if wants_number and isinstance(value, str):
        raise invalid(f"{place}.value", "A number is needed here")
    if not isinstance(value, str) and not wants_number and (not embedded or op != "equals"):
        raise invalid(f"{place}.value", "Text is needed here")
    if op == "matches":
        _require_pattern(f"{place}.value", str(value))


def reads_content(condition: Condition) -> bool:
    """Say whether a condition asks for what only reading the content's metadata tells."""
    return condition.field in {"text", _EMBEDDED} or condition.field.startswith(f"{_EMBEDDED}.")


def hold(conditions: Sequence[Condition], candidate: Candidate) -> bool:
    """Say whether a version fulfils all conditions; the dear ones are asked last."""
    cheap_first = sorted(conditions, key=lambda one: (one.op == "matches", one.field == "text"))
    return all(_holds(condition, candidate) for condition in cheap_first)


def _holds(condition: Condition, candidate: Candidate) -> bool:
    values = _values(condition.field, candidate)
    wanted = condition.value
    if not isinstance(wanted, str):
        numbers = [value for value in values if isinstance(value, int | float)]
        if condition.op == "equals":
            return wanted in numbers
        return any(number > wanted for number in numbers)
    texts = [str(value) for value in values]
    if condition.op == "matches":
        pattern = _compiled(wanted)
        return any(pattern.search(_normal(text)) is not None for text in texts)
    folded = (_folded(text) for text in texts)
    if condition.op == "equals":
        return _folded(wanted) in folded
    return any(_folded(wanted) in text for text in folded)


def _values(field: str, candidate: Candidate) -> list[Any]:
    """Give what a version has in a field: nothing, one value, or several."""
    asset, face = candidate.asset, candidate.face
    if field == _EMBEDDED:
        return [one for value in candidate.embedded.values() for one in _flat(value)]
    if field.startswith("embedded."):
        name = field.removeprefix("embedded.").casefold()
        return [
            one
            for key, value in candidate.embedded.items()
            if f".{key.casefold()}".endswith(f".{name}")
            for one in _flat(value)
        ]
    extension = face.filename.rpartition(".")[2] if "." in face.filename else None
    found: dict[str, list[Any]] = {
        "filename": [face.filename],
        "title": [asset.title],
        "description": [asset.description],
        "content_type": [face.content_type],
        "kind": [face.kind],
        "extension": [extension, f".{extension}"] if extension else [],
        "size_bytes": [int(face.size_bytes)],
        "text": [candidate.text()] if field == "text" else [],
        "uploaded_by": [candidate.version.uploader["id"], candidate.version.uploader["email"]],
        "category": [asset.category] if asset.category else [],
        "tags": list(asset.tags),
        "keywords": list(asset.keywords),
    }
    return found[field]


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for inner in value.values() for one in _flat(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in _flat(inner)]
    return [value]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _folded(text: str) -> str:
    return _normal(_normal(text).casefold())


def _require_pattern(field: str, pattern: str) -> None:
    import re2  # compiled, and needed by those alone who have patterns

    try:
        compiled = _compiled(pattern)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        said = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise invalid(field, f"Not a pattern of RE2's: {said}") from None
    if compiled.programsize > _LONGEST_PROGRAM:
        raise invalid(field, "The pattern repeats too much to be looked for in long texts")


def _compiled(pattern: str) -> Any:
    """Compile a pattern; RE2 keeps the last ones."""
    import re2  # compiled, and needed by those alone who have patterns

    options = re2.Options()
    options.max_mem = _PATTERN_BYTES
    options.log_errors = False
    options.never_capture = True
    return re2.compile(_normal(pattern), options)
