"""The orders in which assets are listed, walked from any place in either direction."""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.indexes import GlobalSecondaryIndex

from chalicelib.search import sight
from chalicelib.search.bits import Bits
from chalicelib.search.models import IndexedAsset, assets_key
from chalicelib.search.postings import Face
from chalicelib.search.query import Sort, Span
from chalicelib.search.sight import Hits, View
from chalicelib.search.terms import BEFORE_ID

_FEW = 300
"""So many assets are read and sorted; of more the order's index is walked, where they come soon."""

_A_PAGE, _MOST_AT_ONCE = 60, 2000
"""So many keys are read at once where all are wanted, and where few are."""


class Order(NamedTuple):
    """An order: its index, and the attribute that holds its keys."""

    by: GlobalSecondaryIndex[IndexedAsset]
    name: str


class Place(NamedTuple):
    """Where an asset stands in an order, and the view that shows it."""

    key: str
    ordinal: int
    view: View

    @property
    def asset_id(self) -> str:
        """The asset's id, in which every key ends."""
        return self.key.rpartition(BEFORE_ID)[2]


def index_of(sort: Sort, face: Face) -> Order:
    """Return an order of assets that are seen by a face."""
    public = face == "published"
    if sort == "title":
        return Order(IndexedAsset.by_title, "title_key")
    if sort == "updated_at" and public:
        return Order(IndexedAsset.by_seen, "seen_key")
    if sort == "updated_at":
        return Order(IndexedAsset.by_updated, "updated_key")
    if sort == "size_bytes" and public:
        return Order(IndexedAsset.by_public_size, "public_size_key")
    if sort == "size_bytes":
        return Order(IndexedAsset.by_size, "size_key")
    return Order(IndexedAsset.by_created, "created_key")


def walk(
    tenant_id: str, order: Order, span: Span, *, descending: bool, at_once: int = _MOST_AT_ONCE
) -> Iterator[tuple[str, int]]:
    """Give keys and ordinals of all of a tenant's assets between two bounds, in an order."""
    key_of = Path(order.name)
    condition: Condition | None = None
    if span.after is not None and span.before is not None:
        condition = key_of.between(span.after, span.before)
    elif span.after is not None:
        condition = key_of > span.after
    elif span.before is not None:
        condition = key_of < span.before
    for item in order.by.query(
        assets_key(tenant_id),
        condition,
        scan_index_forward=not descending,
        page_size=at_once,
    ):
        key = str(getattr(item, order.name))
        if key not in span:
            yield key, int(item.sk)


class Sorted:
    """Some assets in one order, from any place on.

    Args:
        tenant_id: whose.
        hits: which assets, by the views that show them.
        sort: what the order goes by.
        descending: from the last to the first.
        among: of how many they are, so that the index is read in pieces that hold some of them.
    """

    def __init__(
        self, tenant_id: str, hits: Hits, sort: Sort, *, descending: bool, among: int
    ) -> None:
        self._tenant_id, self._hits, self._sort, self._among = tenant_id, hits, sort, among
        self._descending = descending
        self._few: dict[View, list[Place]] = {}

    def behind(self, key: str | None) -> Iterator[Place]:
        """Give places in order, from behind a key on."""
        parts = [self._part(view, bits, key) for view, bits in self._hits.items() if bits]
        return heapq.merge(*parts, reverse=self._descending)

    def _part(self, view: View, bits: Bits, key: str | None) -> Iterator[Place]:
        if len(bits) <= _FEW:
            yield from self._behind(self._sorted(view, bits), key)
            return
        order = index_of(self._sort, view.face)
        span = Span(before=key) if self._descending else Span(after=key)
        at_once = min(_MOST_AT_ONCE, _A_PAGE * max(1, self._among // len(bits)))
        steps = walk(self._tenant_id, order, span, descending=self._descending, at_once=at_once)
        for its, ordinal in steps:
            if ordinal in bits:
                yield Place(its, ordinal, view)

    def _sorted(self, view: View, bits: Bits) -> list[Place]:
        """Read some assets and sort them, once."""
        if view not in self._few:
            name = index_of(self._sort, view.face).name
            read = sight.placed(self._tenant_id, bits)
            keys = {ordinal: getattr(one, name) for ordinal, one in read.items()}
            found = [Place(key, ordinal, view) for ordinal, key in keys.items() if key]
            self._few[view] = sorted(found, reverse=self._descending)
        return self._few[view]

    def _behind(self, found: list[Place], key: str | None) -> Iterator[Place]:
        if key is None:
            return iter(found)
        return (one for one in found if (one.key < key) == self._descending and one.key != key)
