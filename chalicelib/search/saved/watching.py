"""Owners of saved searches are told what these find anew: each match once, many of them in one.

What a search has found is kept as a set of ordinals. What the index finds beyond it is told by a
record, written in the transaction that adds it to the set, so that nothing is told twice or never.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, MetadataRevision, revision_key
from chalicelib.core import clock, tables
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.tables import (
    ConditionFailed,
    check,
    delete,
    find,
    insert,
    put,
    transact,
    update,
)
from chalicelib.search import bits, finding, sight, terms
from chalicelib.search.bits import Bits, of
from chalicelib.search.query import Fits, asked
from chalicelib.search.saved import searches, waking
from chalicelib.search.saved.models import WATCH, WATCHED, SavedSearch, Watch, Watched
from chalicelib.tenants.models import Member, member_key

log = logging.getLogger(__name__)

MATCHED = "saved_search.matched"
"""The action of the record that tells of news: `{"count", "asset_ids": the first of them}`."""

MOST_NAMED = 100
"""So many assets a record names."""

_LONGEST_WAIT = timedelta(minutes=15)
"""News are told after so long although things go on changing."""

_MOST_READ = 5_000
"""Of so many new matches it is looked at who made them such; further ones are counted."""

_CLOCKS = timedelta(seconds=5)
"""So far the clocks of two functions may be apart."""


class _News(NamedTuple):
    """What is new in a search: the ordinals to remember, and the ids of those to tell of."""

    found: Bits
    asset_ids: list[str]
    told: int


def begin(search: SavedSearch, now: datetime) -> None:
    """Take what a search finds now for no news. Idempotent."""
    found = _hits(search, now)
    if found is None:
        return
    with suppress(ConditionFailed):
        insert(Watched(search.pk, _key(search), found=bits.stored(found)))


def end(search: SavedSearch) -> None:
    """Forget what a search has found. Idempotent."""
    delete(Watched(search.pk, _key(search)))


def look(tenant_id: str, now: datetime) -> None:
    """Tell what is new, once nothing has changed for a while, or for too long.

    What changes meanwhile is looked at again.
    """
    watch = find(Watch, tenant_id, WATCH)
    if watch is None or watch.due_at is None:
        return
    waited = now - datetime.fromisoformat(str(watch.since))
    since = watch.since
    if watch.is_quiet or waited >= _LONGEST_WAIT:
        _tell_all(tenant_id, datetime.fromisoformat(str(since)), now)
        since = clock.timestamp(now)
    unchanged = waking.as_due(watch)
    if watch.is_quiet:
        unchanged &= Watch.is_quiet == True  # noqa: E712 - a condition
        actions = [*Watch.due_actions(None, tenant_id), Watch.is_quiet.set(False)]
    else:
        actions = [
            *Watch.due_actions(now + waking.REST, tenant_id),
            Watch.is_quiet.set(True),
            Watch.since.set(since),
        ]
    with suppress(ConditionFailed):  # something has changed, or another one looks
        update(watch, *actions, condition=unchanged)


def _tell_all(tenant_id: str, since: datetime, now: datetime) -> None:
    """Tell the news of each search that notifies, and forget those that do not any more."""
    found = Watched.query(tenant_id, Watched.sk.startswith(WATCHED), consistent_read=True)
    watched = {str(one.sk): one for one in found}
    for search in searches.notifying(tenant_id):
        known = watched.pop(_key(search), None)
        if known is None:
            begin(search, now)
        else:
            _tell(search, known, since, now)
    for left in watched.values():
        delete(left)


def _tell(search: SavedSearch, known: Watched, since: datetime, now: datetime) -> None:
    before = bits.loaded(known.found)
    hits = _hits(search, now)
    if hits is None or not hits - before:
        return
    news = _news(search, hits - before, since, now)
    actions = [
        Watched.found.set(bits.stored(before | news.found)),
        Watched.revision.set(known.revision + 1),
    ]
    unchanged = Watched.revision == known.revision
    with suppress(ConditionFailed):  # another one has told it, or the search is gone
        if not news.told:
            update(known, *actions, condition=unchanged)
            return
        told = {"count": news.told, "asset_ids": news.asset_ids[:MOST_NAMED]}
        subject = ("saved_search", search.id)
        transact(
            tables.change(known, *actions, condition=unchanged),
            check(search, SavedSearch.pk.exists()),
            put(record(str(search.pk), SYSTEM, MATCHED, subject, now, new=told)),
        )


def _news(search: SavedSearch, fresh: Bits, since: datetime, now: datetime) -> _News:
    """Look at new matches as they are now; those that fit no more are looked at again later."""
    owner = _owner(search)
    query = searches.query_of(search)
    if owner is None:
        return _News(Bits(), [], 0)
    some = of(islice(fresh, _MOST_READ))
    placed = sight.placed(str(search.pk), some)
    ids = {n: str(one.created_key).rpartition(terms.BEFORE_ID)[2] for n, one in placed.items()}
    assets = catalog.find_many(str(search.pk), ids.values())
    fits = Fits(query, now)
    fitting = {}
    for ordinal, asset_id in ids.items():
        asset = assets.get(asset_id)
        face = None if asset is None else catalog.face_for(asset, owner, now)
        if asset is not None and face is not None and fits(asset, face):
            fitting[ordinal] = asset
    others = _of_others(list(fitting.values()), owner.person, since)
    return _News(of(fitting) | (fresh - some), others, len(others) + len(fresh - some))


def _of_others(assets: list[AssetMetadata], owner: Person, since: datetime) -> list[str]:
    """Return the ids of assets that match by somebody else's deed.

    One's own is what one has edited in this time, and what one uploaded and nobody edited since.
    """
    edited = [one for one in assets if one.revision > 1]
    keys = [(str(one.pk), revision_key(one.revision)) for one in edited]
    edits = {str(edit.pk): edit for edit in tables.find_many(MetadataRevision, keys)}

    def is_own(asset: AssetMetadata) -> bool:
        edit = edits.get(str(asset.pk))
        if edit is None:
            return bool(asset.uploaded_by.id == owner.id)
        lately = datetime.fromisoformat(edit.at) >= since - waking.REST - _CLOCKS
        return edit.actor.id == owner.id and (lately or asset.uploaded_by.id == owner.id)

    return [str(one.asset_id) for one in assets if not is_own(one)]


def _hits(search: SavedSearch, now: datetime) -> Bits | None:
    """Return what a search finds for its owner; None where they are no active member."""
    owner = _owner(search)
    if owner is None:
        return None
    query = searches.query_of(search)
    try:
        look_like = finding.look_of(owner, query.similar_to, now) if query.similar_to else None
    except NotFound:
        return Bits()
    found = finding.find(owner, asked(query, look_like), now, similar=False)
    return _union(found.hits.values())


def _union(some: Iterable[Bits]) -> Bits:
    every = Bits()
    for one in some:
        every = every | one
    return every


def _owner(search: SavedSearch) -> Actor | None:
    member = find(Member, search.pk, member_key(search.created_by.id))
    if member is None or not member.may_come_in:
        return None
    return Actor(str(search.pk), member.id, member.email, frozenset(member.roles))


def _key(search: SavedSearch) -> str:
    return f"{WATCHED}{search.id}"
