"""Tags and categories are renamed, merged or removed everywhere, which goes on by itself.

Each asset is edited as a person would edit it, with its own history, rules and record. What the
request that asks for it has no time for, the sweeper does; it also looks once more when the index
has caught up, for those that were edited meanwhile.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.assets import catalog
from chalicelib.assets.metadata import edits
from chalicelib.assets.metadata.descriptions import unique_words
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, entrypoint, tables
from chalicelib.core.api.identity import Actor
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import Due
from chalicelib.core.errors import ReefError
from chalicelib.core.outbox import Person, record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.settings import settings
from chalicelib.core.tables import find, put, transact
from chalicelib.search import finding, postings, terms
from chalicelib.search.naming import holders
from chalicelib.search.orders import Sorted
from chalicelib.search.query import Asked, Span
from chalicelib.search.words import same_word
from chalicelib.tenants.roles import ADMIN

log = logging.getLogger(__name__)

PREFIX = "MOVE#"
"""What the sort keys of moves begin with."""

_IN_REQUEST_SECONDS = 8.0
"""So long the request that asks for a move works on it itself."""

_CAUGHT_UP = timedelta(seconds=5)
"""After so long the index knows of all edits that were made."""

_PASSES = 30
_AT_ONCE = 50

Kind = Literal["tag", "category"]


class Move(Due):
    """A tag or category on its way to another name (`pk` tenant, `sk` = `MOVE#` + id).

    `new` is None where a tag is removed. `refused` are the ids of assets that a rule did not let
    change. It is due until no asset has the old name any more.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    kind = UnicodeAttribute()
    old = UnicodeAttribute()
    new = UnicodeAttribute(null=True)
    actor = StructAttribute(Person)
    created_at = UnicodeAttribute()
    changed = IntegerAttribute(default=0)
    passes = IntegerAttribute(default=0)
    refused = StructAttribute(list[str], default=list)

    @property
    def id(self) -> str:
        """The move's id."""
        return str(self.sk).removeprefix(PREFIX)


def begin(actor: Actor, kind: Kind, old: str, new: str | None, now: datetime) -> Move:
    """Begin to rename a tag or category everywhere, and do as much of it as a request may."""
    move = Move(
        actor.tenant_id,
        f"{PREFIX}{under_way(now).id('move')}",
        kind=kind,
        old=old,
        new=new,
        actor=actor.person,
        created_at=clock.timestamp(now),
    )
    move.make_due(now + timedelta(minutes=1), move.id)
    told = {"name": old} if new is None else {"old": old, "new": new}
    deed = f"{kind}.removed" if new is None else f"{kind}.renamed"
    written = record(actor.tenant_id, actor.person, deed, (kind, move.id), now, new=told)
    transact(put(move), put(written))
    until = time.monotonic() + _IN_REQUEST_SECONDS
    _go_on(move, now, lambda: time.monotonic() < until)
    return move


def go_on(tenant_id: str, sort_key: str, now: datetime) -> None:
    """Take a move further, as the sweeper does."""
    move = find(Move, tenant_id, sort_key)
    if move is not None and move.due_at is not None:
        _go_on(move, now, entrypoint.has_time)


def _go_on(move: Move, now: datetime, has_time: Callable[[], bool]) -> None:
    if move.kind == "category" and move.new is not None:
        for holder in holders.holders.get():
            holder.begin(move.pk, move.old, move.new, move.actor, now)
    left = False
    refused = set(move.refused)
    for asset in _having(move, now):
        if asset.asset_id in refused or not _concerns(move, asset):
            continue
        if not has_time():
            left = True
            break
        try:
            edits.edit(asset, lambda said: _renamed(move, said), move.actor, now)
            move.changed += 1
        except ReefError as error:
            log.info("not renamed", extra={"asset_id": asset.asset_id, "code": error.code})
            refused.add(str(asset.asset_id))
    _note(move, now, sorted(refused), left=left)


def _note(move: Move, now: datetime, refused: list[str], *, left: bool) -> None:
    """Write down how far a move is, and when to look at it again, if at all."""
    begun = datetime.fromisoformat(move.created_at)
    over = not left and (now - begun >= _CAUGHT_UP or move.passes >= _PASSES)
    if over and move.new is not None:
        _end(move, move.new)
    actions: list[Action] = [
        Move.changed.set(move.changed),
        Move.passes.set(move.passes + 1),
        Move.refused.set(refused),
        *Move.due_actions(None if over else now + (timedelta() if left else _CAUGHT_UP), move.id),
    ]
    tables.update(move, *actions)


def _end(move: Move, new: str) -> None:
    """Let the new name alone hold, in its spelling."""
    if move.kind == "tag":
        postings.rename(str(move.pk), terms.term(terms.TAG, same_word(new)), new)
        return
    for holder in holders.holders.get():
        if holder.end is not None:
            holder.end(str(move.pk), str(move.old))


def _having(move: Move, now: datetime) -> Iterator[AssetMetadata]:
    """Read the assets that the index finds by the old name, as they are now."""
    value = same_word(move.old) if move.kind == "tag" else move.old
    family = terms.TAG if move.kind == "tag" else terms.CATEGORY
    everyone = Actor(move.pk, move.actor.id, move.actor.email, frozenset({ADMIN}))
    asked = Asked(
        words=[],
        terms=[terms.term(family, value)],
        status=None,
        created=Span(),
        size=Span(),
        trashed=False,
    )
    found = finding.find(everyone, asked, now)
    ordered = Sorted(
        str(move.pk), found.hits, "created_at", descending=False, among=found.among
    ).behind(None)
    while some := [place.asset_id for place in islice(ordered, _AT_ONCE)]:
        yield from catalog.find_many(str(move.pk), some).values()


def _concerns(move: Move, asset: AssetMetadata) -> bool:
    """Return whether an asset has the old name, which the index may not know any better."""
    said = edits.values_of(asset)
    changed = any(said[field] != value for field, value in _renamed(move, said).items())
    return asset.trashed_at is None and changed


def _renamed(move: Move, said: edits.Values) -> edits.Values:
    """Return what is said of an asset with the new name in place of the old one."""
    if move.kind == "category":
        return {"category": moved(said["category"], move.old, str(move.new))}
    old = same_word(move.old)
    tags = [move.new if same_word(tag) == old else tag for tag in said["tags"]]
    return {"tags": unique_words([tag for tag in tags if tag is not None])}


def moved(path: str | None, old: str, new: str) -> str | None:
    """Return a path with a new beginning, where it lies at or below the old one."""
    if path is None or not f"{path}/".startswith(f"{old}/"):
        return path
    return new + path[len(old) :]
