"""What people may say of an asset, with the limits that every way of saying it shares."""

import json
import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any

import msgspec

from chalicelib.core import clock, texts
from chalicelib.core.errors import invalid

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Text = Annotated[str, msgspec.Meta(max_length=10_000)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[list[Word], msgspec.Meta(max_length=200)]
CategoryPath = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Scalar = str | int | float | bool | list[str]
CustomFields = Annotated[dict[Word, Scalar], msgspec.Meta(max_length=200)]

_MAX_FILENAME = 1024
_MOST_BYTES = 120_000
"""The history holds old, new and all of it, and an item of DynamoDB's ends at 400 kB."""


class Rights(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who owns an asset and when it may be shown."""

    copyright: Text | None = None
    license: Text | None = None
    attribution: Text | None = None
    usage_terms: Text | None = None
    valid_from: Moment | None = None
    expires_at: Moment | None = None


class RightsChange(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Rights to change; null removes one, what is left out stays."""

    copyright: Text | msgspec.UnsetType | None = msgspec.UNSET
    license: Text | msgspec.UnsetType | None = msgspec.UNSET
    attribution: Text | msgspec.UnsetType | None = msgspec.UNSET
    usage_terms: Text | msgspec.UnsetType | None = msgspec.UNSET
    valid_from: Moment | msgspec.UnsetType | None = msgspec.UNSET
    expires_at: Moment | msgspec.UnsetType | None = msgspec.UNSET


class FocalPoint(msgspec.Struct):
    """The point that crops keep, as fractions of width and height."""

    x: Annotated[float, msgspec.Meta(ge=0, le=1)]
    y: Annotated[float, msgspec.Meta(ge=0, le=1)]


class AssetChange(msgspec.Struct, kw_only=True):
    """What changes of what is said of an asset."""

    title: Title | msgspec.UnsetType = msgspec.UNSET
    description: Text | msgspec.UnsetType = msgspec.UNSET
    alt_text: Text | msgspec.UnsetType = msgspec.UNSET
    category: CategoryPath | msgspec.UnsetType | None = msgspec.UNSET
    tags: Words | msgspec.UnsetType = msgspec.UNSET
    keywords: Words | msgspec.UnsetType = msgspec.UNSET
    rights: RightsChange | msgspec.UnsetType = msgspec.UNSET
    custom_fields: (
        Annotated[dict[Word, Scalar | None], msgspec.Meta(max_length=200)] | msgspec.UnsetType
    ) = msgspec.UNSET
    focal_point: FocalPoint | msgspec.UnsetType | None = msgspec.UNSET


def checked_filename(name: str) -> str:
    """Take the last segment of a file's name as the uploader's system writes it.

    Raises:
        Invalid: nothing is left, it is too long, or it holds control characters.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1].strip()
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise invalid("filename", "Control characters such as NUL and line breaks are not allowed")
    if base in {"", ".", ".."}:
        raise invalid("filename", "A file name is needed")
    if len(base) > _MAX_FILENAME:
        raise invalid("filename", f"At most {_MAX_FILENAME} characters")
    return base


def checked_title(title: str) -> str:
    """Check a title.

    Raises:
        Invalid: it is blank, or holds control characters.
    """
    texts.require_line("title", title)
    return title


def require_room(values: dict[str, Any]) -> None:
    """Refuse to have more said of an asset than the table can hold.

    Raises:
        Invalid: it is too much.
    """
    sizes = {name: len(json.dumps(value)) for name, value in values.items()}
    if sum(sizes.values()) > _MOST_BYTES:  # as it is stored: what is not ASCII takes six
        largest = max(sizes, key=lambda name: sizes[name])
        raise invalid(largest, f"All that is said of an asset has at most {_MOST_BYTES} bytes")


def title_of(filename: str) -> str:
    """Make a title of a file name: without its extension, shortened where it is very long."""
    stem = filename.rpartition(".")[0]
    return (stem if texts.has_words(stem) else filename)[:500]


def unique_words(words: list[str]) -> list[str]:
    """Drop words that are equal in normal form and case; the first spelling stays."""
    kept: dict[str, str] = {}
    for word in words:
        text = unicodedata.normalize("NFC", word).strip()
        if text:
            kept.setdefault(unicodedata.normalize("NFKC", text).casefold(), text)
    return list(kept.values())


def checked_category(path: str) -> str:
    """Write a category path without empty segments.

    Raises:
        Invalid: nothing is left, or it holds control characters.
    """
    segments = [segment.strip() for segment in path.split("/")]
    cleaned = "/".join(segment for segment in segments if segment)
    if not cleaned:
        raise invalid("category", "A path such as menus/summer is needed")
    texts.require_line("category", cleaned)
    return cleaned


def stored_rights(rights: Rights | None) -> dict[str, Any]:
    """Write rights as the table holds them.

    Raises:
        Invalid: they end before they begin, or a time cannot be written in UTC.
    """
    if rights is None:
        return {}
    if rights.valid_from and rights.expires_at and rights.expires_at <= rights.valid_from:
        raise invalid("rights.expires_at", "Must come after valid_from")
    value: dict[str, Any] = msgspec.to_builtins(rights, builtin_types=(datetime,))
    for name, said in value.items():
        if isinstance(said, datetime):
            value[name] = _utc(name, said)
    return value


def _utc(name: str, moment: datetime) -> str:
    try:
        return clock.timestamp(moment)
    except OverflowError:
        raise invalid(f"rights.{name}", "A time in the years 1 to 9999 UTC") from None


def shown_rights(stored: dict[str, Any]) -> dict[str, Any]:
    """Write rights as answers show them: every field, null where nothing is said."""
    return {name: stored.get(name) for name in Rights.__struct_fields__}


def merged(before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Merge key by key; None removes."""
    both = before | changes
    return {name: value for name, value in both.items() if value is not None}


def changed_values(before: dict[str, Any], change: AssetChange) -> dict[str, Any]:
    """Give the new values of the fields that a change names.

    Raises:
        Invalid: a title, category or rights that cannot be.
    """
    given = {
        name: getattr(change, name)
        for name in change.__struct_fields__
        if getattr(change, name) is not msgspec.UNSET
    }
    for name, value in given.items():
        if name == "title":
            given[name] = checked_title(value)
        elif name in {"tags", "keywords"}:
            given[name] = unique_words(value)
        elif name == "category" and value is not None:
            given[name] = checked_category(value)
        elif name == "custom_fields":
            given[name] = merged(before["custom_fields"], value)
        elif name == "focal_point":
            given[name] = msgspec.to_builtins(value)
        elif name == "rights":
            new = merged(before["rights"], msgspec.to_builtins(value))
            given[name] = stored_rights(msgspec.convert(new, Rights))
    return given
