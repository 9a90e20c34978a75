"""What people may say of an asset, with the limits that every way of saying it shares."""

import json
import unicodedata
from datetime import datetime
from typing import Annotated, Any

import msgspec

from chalicelib.assets import file_names
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

_MOST_BYTES = 120_000
"""The history holds old, new and all of it, and an item of DynamoDB's ends at 400 kB."""


class Rights(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who owns an asset and when it may be shown.

    Attributes:
        copyright: who holds the copyright.
        license: the licence, by name or address.
        attribution: the words to show beside the picture.
        usage_terms: what may be done with it, and what may not.
        valid_from: nobody but those who see all versions gets it before this time; null sets no
            beginning.
        expires_at: from this time on nobody but those who see all versions gets it; null sets no
            end.
    """

    copyright: Text | None = None
    license: Text | None = None
    attribution: Text | None = None
    usage_terms: Text | None = None
    valid_from: Moment | None = None
    expires_at: Moment | None = None


class RightsChange(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Rights to change; null removes one, what is left out stays.

    Attributes:
        copyright: who holds the copyright.
        license: the licence, by name or address.
        attribution: the words to show beside the picture.
        usage_terms: what may be done with it, and what may not.
        valid_from: viewers do not get it before this time; null sets no beginning.
        expires_at: viewers do not get it from this time on; null sets no end.
    """

    copyright: Text | msgspec.UnsetType | None = msgspec.UNSET
    license: Text | msgspec.UnsetType | None = msgspec.UNSET
    attribution: Text | msgspec.UnsetType | None = msgspec.UNSET
    usage_terms: Text | msgspec.UnsetType | None = msgspec.UNSET
    valid_from: Moment | msgspec.UnsetType | None = msgspec.UNSET
    expires_at: Moment | msgspec.UnsetType | None = msgspec.UNSET


class FocalPoint(msgspec.Struct):
    """The point that crops keep, as fractions of width and height.

    Attributes:
        x: from the left edge, 0, to the right one, 1.
        y: from the upper edge, 0, to the lower one, 1.
    """

    x: Annotated[float, msgspec.Meta(ge=0, le=1)]
    y: Annotated[float, msgspec.Meta(ge=0, le=1)]


class AssetChange(msgspec.Struct, kw_only=True):
    """What changes of what is said of an asset.

    Attributes:
        title: what people call it.
        description: a longer text; empty removes it.
        alt_text: what is read aloud in place of the picture; empty removes it.
        category: a path such as `campaigns/winter`; null removes it. Of a published asset it may
            have to be approved first, and is `pending_category` until then.
        tags: all tags, in place of those there are; they are one where they differ by case alone.
        keywords: all keywords, in place of those there are.
        rights: the rights to change, key by key.
        custom_fields: fields to set, by name; null removes one, and those that are not named stay.
        focal_point: the point that crops keep; null removes it.
    """

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
    """Take the last segment of a file's name as the uploader's system writes it, made harmless.

    Raises:
        Invalid: nothing is left that one could see.
    """
    base = file_names.cleaned(name)
    if not texts.has_words(base):
        raise invalid("filename", "A file name is needed")
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
    """Make a title of a file name: without its extension, and one that can be saved again."""
    stem = filename.rpartition(".")[0].strip()
    return stem if texts.has_words(stem) else filename


def unique_words(words: list[str]) -> list[str]:
    """Drop words that are equal in normal form and case; the first spelling stays."""
    kept: dict[str, str] = {}
    for word in words:
        text = unicodedata.normalize("NFC", word).strip()
        if text:
            kept.setdefault(folded_word(text), text)
    return list(kept.values())


def folded_word(word: str) -> str:
    """Return what words have in common that are one in normal form and case."""
    text = unicodedata.normalize("NFC", word).strip()
    return unicodedata.normalize("NFKC", text).casefold()


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
    """Return the new values of the fields that a change names.

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
