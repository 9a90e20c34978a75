"""Pages of assets: plain ones from the assets table, all others by the index."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Literal, NamedTuple

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import pages
from chalicelib.core.api.identity import Actor
from chalicelib.search import facets, finding, ranking
from chalicelib.search.bits import Bits
from chalicelib.search.facets import Facets
from chalicelib.search.finding import Found
from chalicelib.search.orders import Place, Sorted
from chalicelib.search.query import AssetQuery, Fits, Sort, asked
from chalicelib.search.ranking import Rank
from chalicelib.search.sight import Hits

Shown = tuple[AssetMetadata, Face]

Key = dict[str, str | bool | list[int]]
"""A position as cursors hold it."""


class Position(msgspec.Struct, omit_defaults=True):
    """Where a page ended: behind a sort key, with relevance among those of one rank.

    `similar` says that the words were not taken as they were written.
    """

    key: str | None = None
    rank: Rank | None = None
    similar: bool = False


class _Ranked(NamedTuple):
    """A place, and the rank that its asset has where they are listed by relevance."""

    rank: Rank | None
    place: Place

    @property
    def position(self) -> Position:
        """The position behind it."""
        return Position(self.place.key, self.rank)


class _Read(NamedTuple):
    """A place with the asset that stands there, as it is now."""

    ranked: _Ranked
    asset: AssetMetadata


def _behind(read: _Read) -> Position:
    return read.ranked.position


class Listing:
    """What one request asks of the index, found once for its page and its facets.

    Args:
        actor: who asks; they find what they see.
        query: what for.
        now: the present time.
    """

    def __init__(self, actor: Actor, query: AssetQuery, now: datetime) -> None:
        self._actor, self._query, self._now = actor, query, now
        like = query.similar_to
        self._asked = asked(query, None if like is None else finding.look_of(actor, like, now))
        self._fits = Fits(query, now)
        self._orders: dict[Sort, Sorted] = {}
        self._similar: bool | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the assets table lists it by itself, in the order of creation."""
        plain_order = self._query.sort in (None, "created_at")
        return self._asked.is_plain and plain_order and not self._query.facets

    @cached_property
    def found(self) -> Found:
        """All that was found; a page that goes on looks as the first one did."""
        return finding.find(self._actor, self._asked, self._now, similar=self._similar)

    @property
    def matched(self) -> Literal["exact", "similar"]:
        """Whether the words were taken as they were written."""
        return "similar" if self.found.is_similar else "exact"

    def facets(self) -> Facets:
        """Count the whole result."""
        return facets.count(self._actor.tenant_id, self.found)

    def page(self, limit: int, position: Key | None) -> tuple[list[Shown], Key | None]:
        """Read one page; each asset as it is now, if it still fits."""
        start = None if position is None else msgspec.convert(position, Position)
        self._similar = None if start is None else start.similar
        kept, following = pages.kept(self._read, self._seen, _behind, limit=limit, position=start)
        if following is None:
            return kept, None
        kept_so = msgspec.structs.replace(following, similar=self.found.is_similar)
        return kept, msgspec.to_builtins(kept_so)

    def _read(self, at_most: int, position: Position | None) -> tuple[list[_Read], Position | None]:
        listed = list(islice(self._ranked(position or Position()), at_most))
        assets = catalog.find_many(self._actor.tenant_id, [one.place.asset_id for one in listed])
        there = [_Read(one, assets[i]) for one in listed if (i := one.place.asset_id) in assets]
        return there, listed[-1].position if len(listed) == at_most else None

    def _seen(self, read: _Read) -> Shown | None:
        face = catalog.face_for(read.asset, self._actor, self._now)
        fits = face is not None and self._fits(read.asset, face)
        return (read.asset, face) if face is not None and fits else None

    def _ranked(self, position: Position) -> Iterator[_Ranked]:
        sort = self._query.sort or ("relevance" if self._asked.words else "created_at")
        if sort != "relevance":
            for place in self._by(sort).behind(position.key):
                yield _Ranked(None, place)
            return
        for rank, some in self._classes:
            if position.rank is not None and rank > position.rank:
                continue
            key = position.key if rank == position.rank else None
            for place in some.behind(key):
                yield _Ranked(rank, place)

    def _by(self, sort: Sort) -> Sorted:
        if sort not in self._orders:
            descending = self._query.order == "desc"
            self._orders[sort] = Sorted(
                self._actor.tenant_id,
                self.found.hits,
                sort,
                descending=descending,
                among=self.found.among,
            )
        return self._orders[sort]

    @cached_property
    def _classes(self) -> list[tuple[Rank, Sorted]]:
        """What was found, the best first, and each class newest first."""
        hits = self.found.hits
        every = Bits()
        for bits in hits.values():
            every = every | bits
        return [
            (rank, self._newest_first({view: bits & some for view, bits in hits.items()}))
            for rank, some in ranking.classes(every, self.found.words)
        ]

    def _newest_first(self, hits: Hits) -> Sorted:
        tenant_id, among = self._actor.tenant_id, self.found.among
        return Sorted(tenant_id, hits, "created_at", descending=True, among=among)
