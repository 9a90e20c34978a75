"""What a moderation rule may ask of a version, and whether it holds.

Patterns are RE2's, which takes time in proportion to the text whatever the pattern, and so has
neither look-around nor back-references. The engine is imported when the first pattern needs it.
"""

import unicodedata
from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import media_types
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
        "custom_fields",
    }
)
SAID = frozenset({"title", "description", "tags", "keywords", "custom_fields"})
"""Fields that people write, and that may change after a version was judged."""
_CUSTOM = "custom."
"""Begins the name of one custom field."""
_INVISIBLE = (
    ("\u034f", "\u034f"),
    ("\u115f", "\u1160"),
    ("\u17b4", "\u17b5"),
    ("\u180b", "\u180f"),
    ("\u2065", "\u2065"),
    ("\u3164", "\u3164"),
    ("\ufe00", "\ufe0f"),
    ("\uffa0", "\uffa0"),
    ("\ufff0", "\ufff8"),
    ("\U000e0000", "\U000e0fff"),
)
"""Letters and marks that show nothing, beside those of the categories Cf and Cc (Unicode's
Default_Ignorable_Code_Point)."""
_EMBEDDED = "embedded"

Op = Literal["equals", "contains", "matches", "greater_than"]
_Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
_Fraction = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_VALUE)]


class Condition(msgspec.Struct, forbid_unknown_fields=True):
    """One thing that a rule asks for.

    `field` may be `embedded` for any embedded value, or `embedded.` and a value's name, such as
    `embedded.exif.Make` or only `embedded.Make`; `custom_fields` for the names and values of any
    custom field, or `custom.` and a field's name. `text` is what a text file or a PDF says: its
    first 65,536 bytes in UTF-8, of a PDF those of its first 500 pages; nothing behind them is
    looked at. Text is compared without regard to case, width and invisible characters; `matches`
    heeds case, and looks at the text as it is written, too.

    Attributes:
        field: what is looked at, such as `title`, `tags`, `size_bytes`, `text`, `custom.season`,
            `embedded.Make`.
        op: how it is compared; `matches` takes a regular expression, `greater_than` a number.
        value: what it is compared with: a text, or a number.
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
    custom = field.startswith(_CUSTOM) and field != _CUSTOM
    if not (embedded or custom or field == "size_bytes" or field in _TEXTS):
        known = ", ".join(sorted(_TEXTS))
        more = "custom.<name>, size_bytes, embedded, embedded.<name>"
        raise invalid(f"{place}.field", f"One of {known}, {more}")
    if op == "greater_than" and field in _TEXTS:
        raise invalid(f"{place}.op", f"{field} is text; only numbers are greater than others")
    if op in {"contains", "matches"} and field == "size_bytes":
        raise invalid(f"{place}.op", "size_bytes is a number: equals or greater_than")
    wants_number = op == "greater_than" or field == "size_bytes"
    if wants_number and isinstance(value, str):
        raise invalid(f"{place}.value", "A number is needed here")
    takes_number = wants_number or ((embedded or custom) and op == "equals")
    if not isinstance(value, str) and not takes_number:
        raise invalid(f"{place}.value", "Text is needed here")
    if op == "matches":
        _require_pattern(f"{place}.value", str(value))


def reads_content(condition: Condition) -> bool:
    """Return whether a condition asks for what only reading the content's metadata tells."""
    return condition.field in {"text", _EMBEDDED} or condition.field.startswith(f"{_EMBEDDED}.")


def asks_for(conditions: Sequence[Condition], fields: Collection[str]) -> bool:
    """Return whether conditions ask for one of some fields that people say of an asset."""
    asked = {"custom_fields" if one.field.startswith(_CUSTOM) else one.field for one in conditions}
    return not asked.isdisjoint(fields)


def said(conditions: Sequence[Condition], candidate: Candidate) -> list[list[Any]]:
    """Return what people say of an asset in the fields that conditions ask for.

    Its category is not among them: that is a place, which is renamed together with the rule.
    """
    fields = sorted({one.field for one in conditions})
    names = [one for one in fields if one in SAID or one.startswith(_CUSTOM)]
    return [[name, *_values(name, candidate)] for name in names]


def hold(conditions: Sequence[Condition], candidate: Candidate) -> bool:
    """Return whether a version fulfils all conditions; the costly ones are asked last."""
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
        forms = {form for text in texts for form in (_normal(text), _bared(text))}
        return any(pattern.search(form) is not None for form in forms)
    folded = (_folded(text) for text in texts)
    if condition.op == "equals":
        return _folded(wanted) in folded
    return any(_folded(wanted) in text for text in folded)


def _values(field: str, candidate: Candidate) -> list[Any]:
    """Return what a version has in a field: nothing, one value, or several."""
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
    if field.startswith(_CUSTOM):
        wanted = _folded(field.removeprefix(_CUSTOM))
        said = asset.custom_fields.items()
        return [one for key, value in said if _folded(key) == wanted for one in _flat(value)]
    extension = face.filename.rpartition(".")[2] if "." in face.filename else None
    found: dict[str, list[Any]] = {
        "filename": [face.filename],
        "title": [asset.title],
        "description": [asset.description],
        "content_type": list(media_types.with_that_of_streams(face.content_type, face.kind)),
        "kind": [face.kind],
        "extension": [extension, f".{extension}"] if extension else [],
        "size_bytes": [face.size_bytes],
        "text": [candidate.text()] if field == "text" else [],
        "uploaded_by": [candidate.version.uploader.id, candidate.version.uploader.email],
        "category": [asset.category] if asset.category else [],
        "tags": list(asset.tags),
        "keywords": list(asset.keywords),
        "custom_fields": [*asset.custom_fields, *_flat(asset.custom_fields)],
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


def _bared(text: str) -> str:
    """Write a text as it is read: wide and decorated letters as plain ones, nothing invisible."""
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(one for one in plain if one in "\t\n\r" or not _is_invisible(one))
    return unicodedata.normalize("NFKC", seen)


def _is_invisible(character: str) -> bool:
    if unicodedata.category(character) in {"Cf", "Cc"}:
        return True
    return any(first <= character <= last for first, last in _INVISIBLE)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", _bared(text).casefold())


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
