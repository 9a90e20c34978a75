"""Making a tenant's index again from its assets, while it is in use."""

from collections.abc import Iterator
from contextlib import suppress

from chalicelib.assets.models import AssetMetadata
from chalicelib.core import pages, tables
from chalicelib.core.pages import Position
from chalicelib.core.tables import ConditionFailed
from chalicelib.search import finding, index, postings, terms
from chalicelib.search.bits import CHUNK, places, unpacked
from chalicelib.search.index import MOST_AT_ONCE
from chalicelib.search.models import (
    SLOTS,
    AssetTerms,
    IndexedAsset,
    Slot,
    Term,
    assets_key,
    family_key,
    ordinal_key,
    terms_key,
)
from chalicelib.search.postings import Changes

FAMILIES = (
    terms.ALL,
    terms.WORD,
    terms.TAG,
    terms.CATEGORY,
    terms.KIND,
    terms.TYPE,
    terms.STATUS,
    terms.UPLOADER,
    terms.SHA256,
    terms.CUSTOM,
    terms.CREATED,
    terms.SIZE,
    terms.BEGINS,
    terms.ENDS,
    terms.LOOK,
)

_Having = dict[int, dict[Slot, set[str]]]
"""The terms that assets have, by their places in a chunk and by slot."""


def rebuild(tenant_id: str) -> tuple[int, int]:
    """Write every term of every asset, and remove those that none has.

    Whoever edits or searches meanwhile is not held up, and finds nothing less.

    Returns:
        How many assets there are, and how many entries were wrong.
    """
    count = 0
    for some in _asset_ids(tenant_id):
        index.update_index(tenant_id, some, whole=True)
        count += len(some)
    chunks = -(-finding.ordinals_of(tenant_id) // CHUNK)
    return count, sum(_clean(tenant_id, chunk) for chunk in range(chunks))


def _asset_ids(tenant_id: str) -> Iterator[list[str]]:
    """Give the ids of a tenant's assets, those in the trash too, some at a time."""
    for listed_in in (tenant_id, f"{tenant_id}#trash"):
        position: Position = None
        while True:
            some, position = pages.read(
                AssetMetadata.by_tenant, listed_in, limit=MOST_AT_ONCE, position=position
            )
            yield [str(asset.asset_id) for asset in some]
            if position is None:
                break


def _clean(tenant_id: str, chunk: int) -> int:
    """Remove the assets of a chunk from terms that they do not have; gives how many entries."""
    first = chunk * CHUNK
    span = IndexedAsset.sk.between(ordinal_key(first), ordinal_key(first + CHUNK - 1))
    listed = IndexedAsset.query(assets_key(tenant_id), span, consistent_read=True)
    ids = {
        int(one.sk) - first: str(one.created_key).rpartition(terms.BEFORE_ID)[2] for one in listed
    }
    having = _having(tenant_id, ids)
    wrong = 0
    for family in FAMILIES:
        for item in Term.query(family_key(tenant_id, family), consistent_read=True):
            if int(str(item.sk).rpartition("#")[2]) == chunk:
                wrong += _corrected(tenant_id, family, item, ids, having)
    return wrong


def _corrected(
    tenant_id: str, family: str, item: Term, ids: dict[int, str], having: _Having
) -> int:
    """Correct one term of one chunk as it was read; should it change meanwhile, it is right."""
    value, _, number = str(item.sk).rpartition("#")
    term, changes = f"{family}#{value}", Changes()
    for slot in SLOTS:
        for place in places(unpacked(getattr(item, slot))):
            if term in having.get(place, {}).get(slot, ()):
                continue
            fresh = _having(tenant_id, {place: ids[place]} if place in ids else {})
            if term not in fresh.get(place, {}).get(slot, ()):
                changes.remove(term, int(number), slot, place)
    wrong = sum(bits.bit_count() for slots in changes.removed.values() for bits in slots.values())
    with suppress(ConditionFailed):
        postings.write(item, (term, int(number)), changes)
    return wrong


def _having(tenant_id: str, ids: dict[int, str]) -> _Having:
    """Read the terms that assets have or may have, as whoever indexes them has written down."""
    keys = [(terms_key(tenant_id, asset_id), "TERMS") for asset_id in ids.values()]
    places_of = {asset_id: place for place, asset_id in ids.items()}
    found: _Having = {}
    for entry in tables.find_many(AssetTerms, keys):
        known, stale = index.read_terms(entry.terms), index.read_terms(entry.stale)
        place = places_of[str(entry.pk).rpartition("#")[2]]
        found[place] = {slot: {*known.get(slot, ()), *stale.get(slot, ())} for slot in SLOTS}
    return found
