"""Where files keep what Reef says of an asset: one table, for writing and for reading again.

`docs/metadata.md` shows it.
"""

import re
from typing import Literal, NamedTuple

import msgspec

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an asset that files can say of themselves; what is empty is not written."""

    title: str = ""
    description: str = ""
    alt_text: str = ""
    category: str = ""
    keywords: list[str] = []
    creator: list[str] = []
    copyright: str = ""
    attribution: str = ""
    license: str = ""
    usage_terms: str = ""


class Place(NamedTuple):
    """Where a field stands.

    Args:
        field: the field of `Said`.
        xmp: the property, by Reef's prefixes.
        form: how XMP writes it: a text, one by language, a list in order or without.
        iptc: the number of the dataset in the application record; None for none.
        iptc_bytes: how long that may be (IIM 4.2).
        exif: the tag; None for none.
    """

    field: str
    xmp: str
    form: Literal["text", "Alt", "Seq", "Bag"]
    iptc: int | None = None
    iptc_bytes: int = 0
    exif: int | None = None


PLACES = (
    Place("title", "dc.title", "Alt", 5, 64),
    Place("description", "dc.description", "Alt", 120, 2000, 0x010E),
    Place("alt_text", "Iptc4xmpCore.AltTextAccessibility", "Alt"),
    Place("category", "lr.hierarchicalSubject", "Bag"),
    Place("keywords", "dc.subject", "Bag", 25, 64),
    Place("creator", "dc.creator", "Seq", 80, 32, 0x013B),
    Place("copyright", "dc.rights", "Alt", 116, 128, 0x8298),
    Place("attribution", "photoshop.Credit", "text", 110, 32),
    Place("license", "cc.license", "text"),
    Place("usage_terms", "xmpRights.UsageTerms", "Alt"),
)


def values(said: Said, place: Place) -> list[str]:
    """Return what stands at a place, without characters that no file can hold; none if empty."""
    value = getattr(said, place.field)
    if place.field == "category":
        value = value.replace("/", "|")
    every = [value] if isinstance(value, str) else value
    return [text for one in every if (text := _NO_XML.sub("", one).strip())]


def smaller(said: Said) -> Said:
    """Return less: half of the keywords, or of the longest text where there are none left."""
    if said.keywords:
        return msgspec.structs.replace(said, keywords=said.keywords[: len(said.keywords) // 2])
    texts = {name: text for name, text in msgspec.structs.asdict(said).items() if text}
    longest = max(texts, key=lambda name: len(texts[name]))
    return msgspec.structs.replace(said, **{longest: texts[longest][: len(texts[longest]) // 2]})


def cut(text: str, size: int) -> bytes:
    """Return a text in UTF-8, as much of it as fits into so many bytes."""
    return text.encode()[:size].decode("utf-8", "ignore").encode()
