"""Finding: which assets have all that a query asks for, by intersecting the sets of its terms."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from chalicelib.assets import catalog
from chalicelib.core import tables
from chalicelib.core.api.identity import Actor
from chalicelib.search import looks, orders, postings, spelling, terms
from chalicelib.search.bits import Bits, of
from chalicelib.search.models import AssetTerms, Ordinals, terms_key
from chalicelib.search.postings import Face, Posting, together
from chalicelib.search.query import Asked, Sort, Span
from chalicelib.search.sight import Hits, Times, View, placed, uploader_term, views

Words = list[list[Posting]]
"""Of each word that is asked for who has it, or one that stands for it."""


class Found:
    """What a query finds, with the postings of its words, by which it is ranked.

    Attributes:
        hits: the assets.
        words: of each word that was asked for, who has it; the last one's with all that begin so.
        times: whose rights are not for now.
        among: how many assets the tenant has had.
        is_similar: a typing error was forgiven.
    """

    def __init__(
        self,
        hits: Hits,
        words: Words,
        times: Times,
        among: int,
        *,
        is_similar: bool = False,
    ) -> None:
        self.hits, self.words, self.times, self.among = hits, words, times, among
        self.is_similar = is_similar

    def __bool__(self) -> bool:
        return any(self.hits.values())


def look_of(actor: Actor, asset_id: str, now: datetime) -> str:
    """Return what an asset looks like to a member; "" where the index knows of no look.

    Raises:
        NotFound: there is no such asset, or not for this member.
    """
    asset = catalog.visible(actor, asset_id)
    face = catalog.face_for(asset, actor, now)
    entry = tables.find(AssetTerms, terms_key(actor.tenant_id, asset_id), "TERMS")
    if face is None or entry is None:
        return ""
    return entry.looks.get(str(face.sha256), "")


def ordinals_of(tenant_id: str) -> int:
    """Return how many ordinals a tenant has given out."""
    key = (tenant_id, "ORDINALS")
    image = tables.images(str(Ordinals.Meta.table_name), [key], consistent=False).get(key)
    return 0 if image is None else Ordinals.from_raw_data(image).given


def find(actor: Actor, asked: Asked, now: datetime, *, similar: bool | None = None) -> Found:
    """Find all assets that a member sees and that have what is asked for.

    Args:
        actor: who looks.
        asked: what for.
        now: the present time.
        similar: whether to forgive typing errors; None does so where nothing at all that the member
            sees has the words as they were written.
    """
    times, among = Times(actor.tenant_id, now), ordinals_of(actor.tenant_id)
    if not among:
        return Found({}, [], times, among)
    search = _Search(actor, asked, times, among)
    words = search.exact_words()
    hits = search.hits(words)
    if similar is False or not asked.words:
        return Found(hits, words, times, among)
    if similar is None and (any(hits.values()) or any(search.hits(words, alone=True).values())):
        return Found(hits, words, times, among)
    forgiven = search.similar_words(words)
    found = search.hits(forgiven)
    if similar is None and not any(found.values()):
        return Found(hits, words, times, among)
    return Found(found, forgiven, times, among, is_similar=True)


class _Search:
    """One query of one member, with all that is read for it."""

    def __init__(self, actor: Actor, asked: Asked, times: Times, among: int) -> None:
        self._tenant_id, self._asked, self._times, self._among = (
            actor.tenant_id,
            asked,
            times,
            among,
        )
        self._views = views(actor, trashed=asked.trashed)
        status = _status_term(asked)
        self._terms = [*asked.terms, *([] if status is None else [status])]
        if not (self._terms or asked.words):
            self._terms.append(terms.EVERYTHING)
        self._own = uploader_term(actor)
        owns = [self._own] if any(view.own is not None for view in self._views) else []
        words = [terms.term(terms.WORD, word) for word in asked.words[:-1]]
        self._bands = [terms.term(terms.LOOK, band) for band in looks.bands(asked.look or "")]
        bands = self._bands if asked.look else []
        wanted = [*self._terms, *words, *owns, *bands] if self._views else []
        self._read = postings.read(self._tenant_id, wanted, among)

    def exact_words(self) -> Words:
        """Return who has each word; of the last one, then who has others that begin like it."""
        if not self._views:
            return []
        words = [[self._read[terms.term(terms.WORD, word)]] for word in self._asked.words[:-1]]
        return words + [self._beginning_with(word) for word in self._asked.words[-1:]]

    def similar_words(self, words: Words) -> Words:
        """Return who has each word or one that was perhaps meant; the word itself comes first."""
        return [
            some + self._like(word) for word, some in zip(self._asked.words, words, strict=False)
        ]

    def hits(self, words: Words, *, alone: bool = False) -> Hits:
        """Return who has all that is asked for, or, with `alone`, the words."""
        return {view: self._seen(view, words, alone) for view in self._views}

    def _seen(self, view: View, words: Words, alone: bool) -> Bits:
        asked, face = self._asked, view.face
        if not (alone or _can_have(asked, face)):
            return Bits()
        sets = [together([one.seen(face) for one in some]) for some in words]
        if not alone:
            sets += [self._read[term].seen(face) for term in self._terms]
        hits = _intersection(sets)
        if view.own is not None:
            mine = self._read[self._own].seen(face)
            hits = hits & mine if view.own else hits - mine
        if asked.look is not None and not alone:
            hits = self._alike(hits, asked.look, face)
        hits = _in_time(None if alone else asked.status, face, hits, self._times)
        return hits if alone else _in_spans(self._tenant_id, asked, face, hits)

    def _alike(self, hits: Bits, look: str, face: Face) -> Bits:
        """Return which of some look like this."""
        if not look:
            return Bits()
        near = hits & looks.twice(self._read[band].seen(face) for band in self._bands)
        read = placed(self._tenant_id, near)
        public = face == "published"
        return of(
            ordinal
            for ordinal, one in read.items()
            if looks.are_alike(look, one.public_look if public else one.look)
        )

    def _beginning_with(self, word: str) -> list[Posting]:
        found = postings.read_family(self._tenant_id, terms.WORD, prefix=word)
        return [found.pop(word, Posting()), *found.values()]

    def _like(self, word: str) -> list[Posting]:
        meant = [terms.term(terms.WORD, one) for one in spelling.meant(self._tenant_id, word)]
        return list(postings.read(self._tenant_id, meant, self._among).values())


def _status_term(asked: Asked) -> str | None:
    if asked.status in (None, "trashed"):
        return None
    return terms.term(terms.STATUS, "approved" if asked.status == "expired" else str(asked.status))


def _can_have(asked: Asked, face: Face) -> bool:
    """Return whether any asset that is looked at by a face is shown with the wanted status."""
    if asked.status is None:
        return True
    return (asked.status == "trashed") == (face == "trashed")


def _in_time(status: str | None, face: Face, hits: Bits, times: Times) -> Bits:
    """Drop what its rights hide from viewers now, and tell the approved from the expired."""
    if not hits:
        return hits
    if face == "published":
        shown = hits - times.ended(face) - times.not_begun(face)
        return Bits() if status == "expired" else shown
    if face == "current" and status == "approved":
        return hits - times.ended(face)
    if face == "current" and status == "expired":
        return hits & times.ended(face)
    return hits


def _intersection(sets: list[Bits]) -> Bits:
    """Intersect sets, the smallest first."""
    first, *rest = sorted(sets, key=len)
    for other in rest:
        first = first & other
    return first


def _in_spans(tenant_id: str, asked: Asked, face: Face, hits: Bits) -> Bits:
    if asked.created and hits:
        days = _Classes(tenant_id, terms.CREATED, "created_at", face, terms.day)
        hits = hits & days.within(asked.created)
    if asked.size and hits:
        sizes = _Classes(tenant_id, terms.SIZE, "size_bytes", face, _size_class)
        hits = hits & sizes.within(asked.size)
    return hits


class _Classes(NamedTuple):
    """Classes that part an order, such as days, by which a span of it is found.

    `class_of` gives the class of a key; classes sort like the keys.
    """

    tenant_id: str
    family: str
    sort: Sort
    face: Face
    class_of: Callable[[str], str]

    def within(self, span: Span) -> Bits:
        """Return who lies between two bounds: whole classes, and at the bounds one by one."""
        first = None if span.after is None else self.class_of(span.after)
        last = None if span.before is None else self.class_of(span.before)
        if first is not None and last is not None and first >= last:
            return of(self._exactly(span, None))
        classes = postings.read_family(self.tenant_id, self.family, first or "", last)
        found = together(
            [one.seen(self.face) for value, one in classes.items() if value not in (first, last)]
        )
        if first is not None:
            found = found | of(self._exactly(Span(after=span.after), first))
        if last is not None:
            found = found | of(self._exactly(Span(before=span.before), last))
        return found

    def _exactly(self, span: Span, only: str | None) -> Iterator[int]:
        """Give who lies between two bounds, one by one, while they are of one class."""
        if span.after is not None and span.before is not None and span.after >= span.before:
            return
        order = orders.index_of(self.sort, self.face)
        for key, ordinal in orders.walk(self.tenant_id, order, span, descending=span.after is None):
            if only is not None and self.class_of(key) != only:
                return
            yield ordinal


def _size_class(key: str) -> str:
    return terms.size_class(int(key.partition(terms.BEFORE_ID)[0]))
