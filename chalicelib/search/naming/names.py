"""Which tags and categories there are, among the assets that a member sees."""

from datetime import datetime

import msgspec

from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.search import facets, finding, postings, terms
from chalicelib.search.query import Asked, Span
from chalicelib.search.words import folded, same_word


class Named(msgspec.Struct):
    """A name, as it is spelled, and how many of the assets that a member sees have it."""

    name: str
    count: int


def every(actor: Actor, family: str, now: datetime) -> list[Named]:
    """List all names of a family that any asset has that the member sees, by name."""
    found = finding.find(actor, _EVERYTHING, now)
    if not found:
        return []
    counted = [
        Named(one.name or value, facets.counted(one, found))
        for value, one in postings.read_family(actor.tenant_id, family).items()
    ]
    return sorted(
        (one for one in counted if one.count), key=lambda one: (folded(one.name), one.name)
    )


def tag(actor: Actor, name: str, now: datetime) -> Named:
    """Return a tag that the member sees, whatever its case.

    Raises:
        NotFound: no asset that the member sees has it.
    """
    found = _one(actor, terms.TAG, same_word(name), name, now)
    if not found.count:
        raise NotFound("There is no such tag.")
    return found


def count(actor: Actor, family: str, value: str, now: datetime) -> int:
    """Return how many of the assets that a member sees have a value, in the trash or not."""
    return sum(
        _one(actor, family, value, value, now, trashed=trashed).count for trashed in (False, True)
    )


def _one(
    actor: Actor, family: str, value: str, name: str, now: datetime, *, trashed: bool = False
) -> Named:
    wanted = terms.term(family, value)
    found = finding.find(actor, msgspec.structs.replace(_EVERYTHING, trashed=trashed), now)
    read = postings.read(actor.tenant_id, [wanted], found.among)[wanted]
    return Named(read.name or name, facets.counted(read, found))


_EVERYTHING = Asked(words=[], terms=[], status=None, created=Span(), size=Span(), trashed=False)
