"""The terms by which an asset can be found: its words and properties, by the faces that have them.

A term has a family, such as `word`, and a value; it is written `family#value`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from chalicelib.assets import contents, downloads, lifecycle
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.search import looks
from chalicelib.search.models import IndexedAsset, TermsBySlot, assets_key, ordinal_key
from chalicelib.search.words import folded, same_word, words

ALL, WORD, TAG, CATEGORY, KIND = "all", "word", "tag", "category", "kind"
TYPE, STATUS, UPLOADER, SHA256, CUSTOM = "type", "status", "by", "sha256", "custom"
CREATED, SIZE, BEGINS, ENDS, LOOK = "created", "size", "begins", "ends", "look"

EVERYTHING = f"{ALL}#"
"""The term that every asset has."""

_MOST_WORDS = 4_000
"""So many different words of a document's text are in the index; the first ones."""

_LONGEST_VALUE = 800
"""In bytes. What is longer is known by its hash; DynamoDB's keys end at 1,024."""

_TITLE_BYTES = 300

BEFORE_ID = "\t"
"""Parts a sort key from the asset's id; it sorts before all that can stand in a title."""


class Contents(NamedTuple):
    """What was found in an asset's contents, by their sha256: what can be read, and their looks."""

    texts: Mapping[str, str] = {}
    looks: Mapping[str, str] = {}


def term(family: str, value: str) -> str:
    """Write a term."""
    encoded = value.encode("utf-8", "replace")
    if len(encoded) > _LONGEST_VALUE:
        value = hashlib.sha256(encoded).hexdigest()
    return f"{family}#{value}"


def custom_term(field: str, value: str | float | bool) -> str:
    """Write the term of a custom field that has a value, or a list with it."""
    text = str(value).lower() if isinstance(value, bool) else _number_or_text(value)
    return term(CUSTOM, f"{same_word(field)}={same_word(text)}")


def custom_terms(asset: AssetMetadata) -> set[str]:
    """Return the terms of all custom fields of an asset."""
    return {
        custom_term(field, one)
        for field, value in asset.custom_fields.items()
        for one in (value if isinstance(value, list) else [value])
    }


def _number_or_text(value: str | float) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def ancestors(path: str) -> list[str]:
    """Return a category's path with those of all above it."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]


def size_class(size_bytes: int) -> str:
    """Return the class of a size: four to a doubling, in ascending order as texts."""
    length = size_bytes.bit_length()
    return f"{length:02d}{(size_bytes << 3 >> length) & 3 if length else 0}"


def day(moment: str) -> str:
    """Return the day of a time, in which times are classed."""
    return moment[:10]


def by_slot(asset: AssetMetadata, found: Contents) -> TermsBySlot:
    """Return the terms of an asset as it is; none of one that is being purged."""
    if asset.listed_in is None:
        return {}
    said = _said(asset)
    current = said | _of_face(asset.current, found)
    slots: TermsBySlot = {
        "title": _words([asset.title]),
        "label": _words([*asset.tags, *asset.keywords]),
    }
    if asset.trashed_at is not None:
        return slots | {"trashed": sorted(current)}
    shown = asset.published
    barred = asset.published_version is not None and lifecycle.is_barred(
        asset, asset.published_version
    )
    if shown is None or barred:
        return slots | {"current": sorted(current)}
    published = said | _of_face(shown, found)
    return slots | {
        "both": sorted(current & published),
        "current": sorted(current - published),
        "published": sorted(published - current),
    }


def names(asset: AssetMetadata) -> dict[str, str]:
    """Return how people spell the terms of an asset that are shown to them."""
    tags = {term(TAG, same_word(tag)): tag for tag in asset.tags}
    return tags | {term(CATEGORY, path): path for path in ancestors(asset.category or "") if path}


def readable(asset: AssetMetadata) -> set[str]:
    """Return the hashes of an asset's contents in which there may be a text."""
    faces = [face for face in (asset.current, asset.published) if face is not None]
    return {
        str(face.sha256) for face in faces if face.kind == "document" and downloads.is_open(face)
    }


def texts_of(tenant_id: str, hashes: Iterable[str]) -> dict[str, str]:
    """Read what can be read in contents."""
    found = {sha256: contents.get(tenant_id, sha256) for sha256 in hashes}
    return {sha256: one.text for sha256, one in found.items() if one is not None}


def looks_of(asset: AssetMetadata, known: Mapping[str, str]) -> dict[str, str]:
    """Return what an asset's contents look like, by sha256; those that are known are not read."""
    found = {}
    for face in (asset.current, asset.published):
        if face is not None and face.sha256 is not None:
            look = known.get(face.sha256) or looks.of_face(asset.tenant_id, face)
            if look is not None:
                found[face.sha256] = look
    return found


def indexed(
    asset: AssetMetadata, ordinal: int, its_looks: Mapping[str, str] | None = None
) -> IndexedAsset:
    """Return what orders an asset."""
    last, shown = f"{BEFORE_ID}{asset.asset_id}", asset.published
    title = folded(asset.title).encode()[:_TITLE_BYTES].decode(errors="ignore")
    return IndexedAsset(
        assets_key(asset.tenant_id),
        ordinal_key(ordinal),
        created_key=asset.created_at + last,
        title_key=title + last,
        updated_key=asset.updated_at + last,
        seen_key=(asset.seen_at or asset.created_at) + last if shown else None,
        size_key=size_key(asset.current.size_bytes) + last,
        public_size_key=size_key(shown.size_bytes) + last if shown else None,
        valid_from=asset.rights.get("valid_from"),
        expires_at=asset.rights.get("expires_at"),
        look=(its_looks or {}).get(str(asset.current.sha256)),
        public_look=(its_looks or {}).get(str(shown.sha256)) if shown else None,
    )


def size_key(size_bytes: int) -> str:
    """Return a size as a text that sorts like the number."""
    return f"{size_bytes:013d}"


def is_begun(placed: IndexedAsset, now: datetime) -> bool:
    """Return whether an asset's rights have begun."""
    return placed.valid_from is None or placed.valid_from <= clock.timestamp(now)


def is_ended(placed: IndexedAsset, now: datetime) -> bool:
    """Return whether an asset's rights are over now."""
    return placed.expires_at is not None and placed.expires_at <= clock.timestamp(now)


def _said(asset: AssetMetadata) -> set[str]:
    """Return the terms of what is said of an asset, which its faces share."""
    found = {
        EVERYTHING,
        term(CREATED, day(asset.created_at)),
        term(UPLOADER, asset.uploaded_by.id.lower()),
        term(UPLOADER, asset.uploaded_by.email.lower()),
    }
    found |= {term(TAG, same_word(tag)) for tag in asset.tags}
    found |= {term(CATEGORY, path) for path in ancestors(asset.category or "") if path}
    texts = [asset.title, asset.description, *asset.tags, *asset.keywords]
    found |= custom_terms(asset)
    for value in asset.custom_fields.values():
        texts += [str(one) for one in (value if isinstance(value, list) else [value])]
    for family, name in ((BEGINS, "valid_from"), (ENDS, "expires_at")):
        if asset.rights.get(name):
            found.add(term(family, day(asset.rights[name])))
    return found | set(_words(texts))


def _of_face(face: Face, contents_found: Contents) -> set[str]:
    found = {
        term(KIND, face.kind),
        term(TYPE, face.content_type),
        term(STATUS, face.status),
        term(SIZE, size_class(face.size_bytes)),
    }
    if face.sha256 is not None:
        found.add(term(SHA256, face.sha256))
        read = dict.fromkeys(words(contents_found.texts.get(face.sha256, "")))
        found |= {term(WORD, word) for word in islice(read, _MOST_WORDS)}
        if look := contents_found.looks.get(face.sha256):
            found |= {term(LOOK, band) for band in looks.bands(look)}
    return found | set(_words([face.filename]))


def _words(texts: Iterable[str]) -> list[str]:
    return sorted({term(WORD, word) for text in texts for word in words(text)})
