"""The terms' items: who has a term, read for queries and changed for the index."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core import tables
from chalicelib.core.tables import ConditionFailed, back_off, delete, find, replace
from chalicelib.search import spelling
from chalicelib.search.bits import CHUNK, Bits, packed, unpacked
from chalicelib.search.models import SLOTS, Slot, Term, family_key, term_key

Face = Literal["current", "published", "trashed"]
"""How an asset is looked at: by its newest version, its published one, or in the trash."""

_SHARED: Mapping[Face, tuple[Slot, ...]] = {
    "current": ("both", "current"),
    "published": ("both", "published"),
    "trashed": ("trashed",),
}

_ATTEMPTS = 12

_Place = tuple[str, int]
"""A term and a chunk."""


@dataclass
class Changes:
    """What becomes of terms, by term and chunk: who gets each slot and who loses it.

    `names` says how people spell those that they see.
    """

    added: dict[_Place, dict[Slot, int]] = field(default_factory=dict)
    removed: dict[_Place, dict[Slot, int]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, term: str, chunk: int, slot: Slot, place: int) -> None:
        """Let the asset at a place of a chunk have a term."""
        slots = self.added.setdefault((term, chunk), {})
        slots[slot] = slots.get(slot, 0) | 1 << place

    def remove(self, term: str, chunk: int, slot: Slot, place: int) -> None:
        """Let the asset at a place of a chunk have a term no more."""
        slots = self.removed.setdefault((term, chunk), {})
        slots[slot] = slots.get(slot, 0) | 1 << place


class Posting:
    """Who has a term, by slot."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        self._chunks: dict[Slot, dict[int, int]] = {}

    def take(self, item: Term) -> None:
        """Add what one item says."""
        chunk = int(str(item.sk).rpartition("#")[2])
        self.name = self.name or item.name
        for slot in SLOTS:
            if bits := unpacked(getattr(item, slot)):
                self._chunks.setdefault(slot, {})[chunk] = bits

    def slot(self, slot: Slot) -> Bits:
        """Return who has it in one slot."""
        return Bits(self._chunks.get(slot))

    def seen(self, face: Face) -> Bits:
        """Return who has it by a face."""
        first, *rest = (self.slot(slot) for slot in _SHARED[face])
        return first | rest[0] if rest else first


def read(tenant_id: str, wanted: Iterable[str], among: int) -> dict[str, Posting]:
    """Read terms in one request a hundred items; every one that is wanted has a posting.

    Args:
        tenant_id: whose.
        wanted: the terms.
        among: how many ordinals the tenant has given out.
    """
    chunks = -(-among // CHUNK)
    found = {term: Posting() for term in wanted}
    keys = [_keys(tenant_id, term, chunk) for term in found for chunk in range(chunks)]
    images = tables.images(str(Term.Meta.table_name), keys, consistent=False)
    for term, posting in found.items():
        for chunk in range(chunks):
            image = images.get(_keys(tenant_id, term, chunk))
            if image is not None:
                posting.take(Term.from_raw_data(image))
    return found


def read_family(
    tenant_id: str, family: str, first: str = "", last: str | None = None, *, prefix: str = ""
) -> dict[str, Posting]:
    """Read the terms of a family by value, in the values' order.

    Args:
        tenant_id: whose.
        family: such as `tag`.
        first: the smallest value.
        last: the largest one; all that follow unless given.
        prefix: what every value begins with.
    """
    condition: Condition | None = None
    if prefix:
        condition = Term.sk.startswith(prefix)
    elif first or last is not None:
        condition = Term.sk.between(first or " ", f"{last}#~" if last is not None else "\U0010ffff")
    found: dict[str, Posting] = {}
    for item in Term.query(family_key(tenant_id, family), condition):
        found.setdefault(str(item.sk).rpartition("#")[0], Posting()).take(item)
    return found


def apply(tenant_id: str, changes: Changes) -> None:
    """Write changes of terms; each is idempotent.

    Raises:
        TimeoutError: others change the same terms every time.
    """
    places = list(dict.fromkeys([*changes.added, *changes.removed]))
    keys = [_keys(tenant_id, *place) for place in places]
    items = {(item.pk, item.sk): item for item in tables.find_many(Term, keys)}
    _remember_words(
        tenant_id, [p[0] for p, key in zip(places, keys, strict=True) if key not in items]
    )
    for place, key in zip(places, keys, strict=True):
        item: Term | None = items.get(key)
        for attempt in range(_ATTEMPTS):
            try:
                _write(item, key, place, changes)
                break
            except ConditionFailed:
                back_off(attempt)
                item = find(Term, *key)
        else:
            raise TimeoutError("others change the same terms every time")


def _remember_words(tenant_id: str, fresh: list[str]) -> None:
    """Let words that come into a chunk for the first time be found although they are misspelled."""
    named = (term.partition("#") for term in fresh)
    spelling.remember(tenant_id, {value for family, _, value in named if family == "word"})


def rename(tenant_id: str, term: str, name: str) -> None:
    """Let a term be spelled otherwise where it is shown."""
    family, _, value = term.partition("#")
    for item in Term.query(family_key(tenant_id, family), Term.sk.startswith(f"{value}#")):
        if str(item.sk).rpartition("#")[0] == value and item.name != name:
            with suppress(ConditionFailed):  # nobody has it any more
                tables.update(item, Term.name.set(name), condition=Term.pk.exists())


def write(item: Term, place: _Place, changes: Changes) -> None:
    """Change one term of one chunk as it was read.

    Raises:
        ConditionFailed: it has changed since.
    """
    _write(item, (item.pk, item.sk), place, changes)


def _write(item: Term | None, key: tuple[str, str], place: _Place, changes: Changes) -> None:
    """Change one term of one chunk as it was read, or make it.

    Raises:
        ConditionFailed: it has changed since.
    """
    added, removed = changes.added.get(place, {}), changes.removed.get(place, {})
    before = {slot: unpacked(getattr(item, slot)) if item else 0 for slot in SLOTS}
    after = {
        slot: (bits & ~removed.get(slot, 0)) | added.get(slot, 0) for slot, bits in before.items()
    }
    changed = [slot for slot in SLOTS if after[slot] != before[slot]]
    if not changed:
        return
    if item is None:
        replace(_fresh(key, changes.names.get(place[0]), after), Term.pk.does_not_exist())
        return
    unchanged = Term.revision == item.revision
    if not any(after.values()):
        delete(item, condition=unchanged)
        return
    actions: list[Action] = [Term.revision.set(item.revision + 1)]
    for slot in changed:
        attribute = getattr(Term, slot)
        bits = after[slot]
        actions.append(attribute.set(packed(bits)) if bits else attribute.remove())
    tables.update(item, *actions, condition=unchanged)


def fresh_items(tenant_id: str, changes: Changes) -> Iterator[Term]:
    """Give the items of terms that no asset had before, as they are to be written."""
    for place, slots in changes.added.items():
        yield _fresh(_keys(tenant_id, *place), changes.names.get(place[0]), slots)


def _fresh(key: tuple[str, str], name: str | None, slots: Mapping[Slot, int]) -> Term:
    """Make the item of one term of one chunk that has none."""
    made = Term(*key, revision=secrets.randbits(40), name=name)  # never that of one deleted before
    for slot, bits in slots.items():
        if bits:
            setattr(made, slot, packed(bits))
    return made


def _keys(tenant_id: str, term: str, chunk: int) -> tuple[str, str]:
    family, _, value = term.partition("#")
    return family_key(tenant_id, family), term_key(value, chunk)


def together(postings: Sequence[Bits]) -> Bits:
    """Return who is in any of these sets."""
    chunks: dict[int, int] = {}
    for one in postings:
        for number, bits in one.chunks.items():
            chunks[number] = chunks.get(number, 0) | bits
    return Bits(chunks)
