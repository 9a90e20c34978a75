"""Facets: how many of the assets found have each kind, status, tag and category."""

import heapq

import msgspec

from chalicelib.search import postings, terms
from chalicelib.search.finding import Found
from chalicelib.search.postings import Posting

_MOST_NAMES = 1000
"""So many tags and categories are listed, those with the most assets."""


class Facets(msgspec.Struct, kw_only=True):
    """How many assets of the whole result have what, by name.

    Attributes:
        kind: by the kind of media.
        status: by the status that you see.
        tag: by tag, in the spelling that came first.
        category: by path; an asset counts in all paths above its own, too.
        approximate: True where there are too many tags or categories, so that those with the fewest
            assets are left out.
    """

    kind: dict[str, int]
    status: dict[str, int]
    tag: dict[str, int]
    category: dict[str, int]
    approximate: bool = False


def count(tenant_id: str, found: Found) -> Facets:
    """Count the assets found, exactly."""
    kinds = _counts(tenant_id, terms.KIND, found)
    tags = _counts(tenant_id, terms.TAG, found)
    categories = _counts(tenant_id, terms.CATEGORY, found)
    return Facets(
        kind=kinds,
        status=_statuses(tenant_id, found),
        tag=_most(tags),
        category=_most(categories),
        approximate=max(len(tags), len(categories)) > _MOST_NAMES,
    )


def counted(posting: Posting, found: Found) -> int:
    """Return how many of the assets found have a term."""
    return sum(len(posting.seen(view.face) & bits) for view, bits in found.hits.items() if bits)


def _counts(tenant_id: str, family: str, found: Found) -> dict[str, int]:
    if not found:
        return {}
    counts = {
        one.name or value: counted(one, found)
        for value, one in postings.read_family(tenant_id, family).items()
    }
    return {name: number for name, number in counts.items() if number}


def _statuses(tenant_id: str, found: Found) -> dict[str, int]:
    """Count by status as it is shown: the trash and the end of the rights come before others."""
    counts: dict[str, int] = {}
    if not found:
        return counts
    family = postings.read_family(tenant_id, terms.STATUS)
    for view, bits in found.hits.items():
        if not bits:
            continue
        if view.face == "trashed":
            counts["trashed"] = counts.get("trashed", 0) + len(bits)
            continue
        for status, posting in family.items():
            having = bits & posting.seen(view.face)
            over = having - having
            if status == "approved" and view.face == "current":
                over = having & found.times.ended(view.face)
            for name, some in ((status, having - over), ("expired", over)):
                if some:
                    counts[name] = counts.get(name, 0) + len(some)
    return counts


def _most(counts: dict[str, int]) -> dict[str, int]:
    if len(counts) <= _MOST_NAMES:
        return counts
    return dict(heapq.nlargest(_MOST_NAMES, counts.items(), key=lambda item: item[1]))
