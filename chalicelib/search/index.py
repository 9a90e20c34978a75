"""Keeping the index: what is said of assets now is what they are found by.

What an asset will be found by is written down before any term is, and what it was found by stays
written down until it is not any more, so that whoever comes after a crash can clean up.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import tables
from chalicelib.core.tables import ConditionFailed, back_off, delete, find, insert, update
from chalicelib.search import terms
from chalicelib.search.bits import CHUNK
from chalicelib.search.models import (
    SLOTS,
    AssetTerms,
    IndexedAsset,
    Ordinals,
    TermsBySlot,
    assets_key,
    ordinal_key,
    terms_key,
)
from chalicelib.search.postings import Changes, apply

_ATTEMPTS = 8

MOST_AT_ONCE = 100
"""So many assets are indexed together, whose terms are written once."""

Doubts = dict[str, TermsBySlot]
"""Terms that an asset may have or not, by its id, since two have indexed it at the same time."""


class Work(NamedTuple):
    """What becomes of an asset's terms, as it was read; `asset` is None of one that is gone.

    `looks` are those of its contents. `terms` are those it has from now on, `sure` those of them
    that are known to be written, and `gone` those that it may have had and has no more.
    """

    asset: AssetMetadata | None
    entry: AssetTerms
    looks: dict[str, str]
    terms: TermsBySlot
    sure: TermsBySlot
    gone: TermsBySlot

    @property
    def asset_id(self) -> str:
        """The asset's id."""
        return str(self.entry.pk).rpartition("#")[2]


def update_index(tenant_id: str, asset_ids: Iterable[str], *, whole: bool = False) -> None:
    """Let assets be found by what is said of them now. Idempotent.

    Args:
        tenant_id: whose assets.
        asset_ids: their ids; those that are gone are found no more.
        whole: write every term, and not those alone that have changed since the last time.

    Raises:
        TimeoutError: others index the same assets every time.
    """
    waiting = list(dict.fromkeys(asset_ids))
    doubts: Doubts = {}
    for attempt in range(_ATTEMPTS):
        overtaken: list[Work] = []
        for start in range(0, len(waiting), MOST_AT_ONCE):
            overtaken += _index(tenant_id, waiting[start : start + MOST_AT_ONCE], whole, doubts)
        if not overtaken:
            return
        waiting = [work.asset_id for work in overtaken]
        doubts = {work.asset_id: _either(work.terms, work.gone) for work in overtaken}
        back_off(attempt)
    raise TimeoutError("others index the same assets every time")


def read_terms(stored: bytes | None) -> TermsBySlot:
    """Read terms as `AssetTerms` holds them."""
    if stored is None:
        return {}
    return msgspec.json.decode(zlib.decompress(stored), type=TermsBySlot)


def _index(tenant_id: str, asset_ids: Sequence[str], whole: bool, doubts: Doubts) -> list[Work]:
    """Index assets; gives the work on those that others have indexed meanwhile."""
    keys = [(terms_key(tenant_id, one), "TERMS") for one in asset_ids]
    entries = {str(one.pk).rpartition("#")[2]: one for one in tables.find_many(AssetTerms, keys)}
    read = tables.find_many(AssetMetadata, [(asset_key(tenant_id, i), "ASSET") for i in asset_ids])
    assets = {str(asset.asset_id): asset for asset in read if asset.listed_in is not None}
    texts = terms.texts_of(
        tenant_id, {sha for asset in assets.values() for sha in terms.readable(asset)}
    )
    works: list[Work] = []
    overtaken: list[Work] = []
    for asset_id, entry in _with_ordinals(tenant_id, entries, asset_ids, assets).items():
        asset = assets.get(asset_id)
        looks = {} if asset is None else terms.looks_of(asset, entry.looks)
        found = terms.Contents(texts, looks)
        wanted = {} if asset is None else terms.by_slot(asset, found)
        work = _work(asset, entry, looks, wanted, doubts.get(asset_id, {}), whole)
        (works if _is_announced(work) else overtaken).append(work)
    changes = Changes()
    for work in works:
        if work.asset is not None:
            terms.indexed(work.asset, work.entry.ordinal, work.looks).save()
            changes.names = terms.names(work.asset) | changes.names
        _collect(changes, work)
    apply(tenant_id, changes)
    return overtaken + [work for work in works if not _is_done(work)]


def _with_ordinals(
    tenant_id: str,
    entries: dict[str, AssetTerms],
    asset_ids: Sequence[str],
    assets: dict[str, AssetMetadata],
) -> dict[str, AssetTerms]:
    """Give an ordinal to each asset that has none; one that is gone needs none."""
    fresh = [one for one in asset_ids if one not in entries and one in assets]
    if not fresh:
        return entries
    counter = Ordinals(tenant_id, "ORDINALS")
    update(counter, Ordinals.given.add(len(fresh)))
    first = counter.given - len(fresh)
    for place, asset_id in enumerate(fresh):
        key = terms_key(tenant_id, asset_id)
        entry = AssetTerms(key, "TERMS", ordinal=first + place)
        try:
            insert(entry)
        except ConditionFailed:
            found = find(AssetTerms, key, "TERMS")
            if found is None:
                continue  # it came and went at the same time
            entry = found
        entries[asset_id] = entry
    return entries


def _work(
    asset: AssetMetadata | None,
    entry: AssetTerms,
    looks: dict[str, str],
    wanted: TermsBySlot,
    doubts: TermsBySlot,
    whole: bool,
) -> Work:
    known, unsure = read_terms(entry.terms), _either(read_terms(entry.stale), doubts)
    sure = {} if whole else _without(known, unsure)
    return Work(asset, entry, looks, wanted, sure, _without(_either(known, unsure), wanted))


def _is_announced(work: Work) -> bool:
    """Write down that an asset's terms change; gives False where others were faster.

    What is not there yet, and what is not gone yet, is stale for whoever has to clean up.
    """
    entry, revision = work.entry, work.entry.revision
    fresh = _without(work.terms, work.sure)
    try:
        update(
            entry,
            AssetTerms.revision.set(revision + 1),
            AssetTerms.stale.set(_stored(_either(fresh, work.gone))),
            condition=AssetTerms.revision == revision,
        )
    except ConditionFailed:
        return False
    return True


def _collect(changes: Changes, work: Work) -> None:
    """Add what becomes of an asset's terms to the changes."""
    chunk, place = divmod(work.entry.ordinal, CHUNK)
    for slot, added in _without(work.terms, work.sure).items():
        for one in added:
            changes.add(one, chunk, slot, place)
    for slot, removed in work.gone.items():
        for one in removed:
            changes.remove(one, chunk, slot, place)


def _is_done(work: Work) -> bool:
    """Write down that an asset is found by its terms; gives False where others were faster."""
    entry = work.entry
    unchanged = AssetTerms.revision == entry.revision
    try:
        if work.asset is None:
            IndexedAsset(_assets_of(entry), ordinal_key(entry.ordinal)).delete()
            delete(entry, condition=unchanged)
        else:
            written = [AssetTerms.terms.set(_stored(work.terms)), AssetTerms.stale.remove()]
            update(entry, *written, AssetTerms.looks.set(work.looks), condition=unchanged)
    except ConditionFailed:
        return False
    return True


def _either(some: TermsBySlot, others: TermsBySlot) -> TermsBySlot:
    return {slot: [*{*some.get(slot, ()), *others.get(slot, ())}] for slot in SLOTS}


def _without(some: TermsBySlot, others: TermsBySlot) -> TermsBySlot:
    return {slot: [*{*its} - {*others.get(slot, ())}] for slot, its in some.items()}


def _assets_of(entry: AssetTerms) -> str:
    return assets_key(str(entry.pk).rpartition("#")[0])


def _stored(by_slot: TermsBySlot) -> bytes:
    kept = {slot: its for slot, its in by_slot.items() if its}
    return zlib.compress(msgspec.json.encode(kept))
