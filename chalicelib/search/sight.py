"""What a member sees of the index: which faces of which assets, and whether their time is now."""

from datetime import datetime
from typing import NamedTuple

from chalicelib.core import clock, tables
from chalicelib.core.api.identity import Actor
from chalicelib.search import postings, terms
from chalicelib.search.bits import Bits, of
from chalicelib.search.models import IndexedAsset, assets_key, ordinal_key
from chalicelib.search.postings import Face, Posting, together
from chalicelib.tenants import roles


class View(NamedTuple):
    """A way in which a member sees assets: by which face, and of whose uploads.

    `own` is True where it concerns their own uploads alone, False where all others, None where all.
    """

    face: Face
    own: bool | None = None


Hits = dict[View, Bits]
"""Assets by the view that shows them; no asset is in two."""


def views(actor: Actor, *, trashed: bool) -> list[View]:
    """Return the ways in which a member sees assets, as `catalog.face_for` rules it."""
    if actor.has(roles.OVERSEERS):
        return [View("trashed" if trashed else "current")]
    if actor.has(roles.CONTRIBUTORS):
        return (
            [View("trashed", True)]
            if trashed
            else [View("current", True), View("published", False)]
        )
    return [View("published")] if actor.has(roles.BUILT_IN) and not trashed else []


def uploader_term(actor: Actor) -> str:
    """Return the term of a member's own uploads."""
    return terms.term(terms.UPLOADER, actor.id.lower())


class Times:
    """Whose rights have not begun yet, and whose are over, at one moment."""

    def __init__(self, tenant_id: str, now: datetime) -> None:
        self._tenant_id, self._now = tenant_id, now
        self._today = clock.timestamp(now)[:10]
        self._begin: dict[str, Posting] | None = None
        self._end: dict[str, Posting] | None = None

    def not_begun(self, face: Face) -> Bits:
        """Return whose rights have not begun."""
        if self._begin is None:
            self._begin = postings.read_family(self._tenant_id, terms.BEGINS, self._today)
        later = [one.seen(face) for day, one in self._begin.items() if day > self._today]
        todays = self._of_today(self._begin, face)
        return together(
            [*later, of(o for o, one in todays.items() if not terms.is_begun(one, self._now))]
        )

    def ended(self, face: Face) -> Bits:
        """Return whose rights are over."""
        if self._end is None:
            self._end = postings.read_family(self._tenant_id, terms.ENDS, last=self._today)
        before = [one.seen(face) for day, one in self._end.items() if day < self._today]
        todays = self._of_today(self._end, face)
        return together(
            [*before, of(o for o, one in todays.items() if terms.is_ended(one, self._now))]
        )

    def _of_today(self, family: dict[str, Posting], face: Face) -> dict[int, IndexedAsset]:
        """Read those whose rights begin or end in the course of this day."""
        todays = family.get(self._today)
        return {} if todays is None else placed(self._tenant_id, todays.seen(face))


def placed(tenant_id: str, wanted: Bits) -> dict[int, IndexedAsset]:
    """Read what orders some assets, by ordinal."""
    keys = [(assets_key(tenant_id), ordinal_key(ordinal)) for ordinal in wanted]
    images = tables.images(str(IndexedAsset.Meta.table_name), keys, consistent=False)
    return {int(sk): IndexedAsset.from_raw_data(image) for (_, sk), image in images.items()}
