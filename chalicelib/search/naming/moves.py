"""Tags and categories are renamed, merged or removed everywhere, by a job that goes on by itself.

Each asset is edited as a person would edit it, with its own history, rules and record. What the
request that asks for it has no time for, the sweeper does; it also looks once more when the index
has caught up, for those that were edited meanwhile.

Assets are changed in slices. Which ones is noted before, and what became of them after, so that
whoever goes on where a process died counts none twice; of two processes at once one stops.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from pynamodb.expressions.update import Action

from chalicelib.assets import catalog, job_notes
from chalicelib.assets.metadata import categories, edits
from chalicelib.assets.metadata.descriptions import unique_words
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, entrypoint, pages
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound, ReefError
from chalicelib.core.outbox import record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import ConditionFailed, find, put, transact, update
from chalicelib.search import finding, postings, terms
from chalicelib.search.naming import holders, names
from chalicelib.search.naming.models import MOVE, REFUSED, Move, Refusal, job_key
from chalicelib.search.orders import Sorted
from chalicelib.search.query import Asked, Span
from chalicelib.search.words import same_word
from chalicelib.tenants.roles import ADMIN, EDITORS

log = logging.getLogger(__name__)

_IN_REQUEST_SECONDS = 8.0
"""So long the request that asks for a move works on it itself."""

_CAUGHT_UP = timedelta(seconds=5)
"""After so long the index knows of all edits that were made."""

_SWEPT_AFTER = timedelta(minutes=1)
_AT_ONCE = 50
_REFUSALS = Refusal.sk.startswith(REFUSED)

Kind = Literal["tag", "category"]
Assets = Mapping[str, AssetMetadata]


def begin(actor: Actor, kind: Kind, old: str, new: str | None, total: int, now: datetime) -> Move:
    """Begin to rename a tag or category everywhere, and do as much of it as a request may.

    Args:
        actor: who asks for it.
        kind: which of the two it is.
        old: its name or path.
        new: what it is called then; None removes a tag.
        total: how many assets have it.
        now: when.
    """
    job_id = under_way(now).id("move")
    move = Move(
        job_key(actor.tenant_id, job_id),
        MOVE,
        tenant_id=actor.tenant_id,
        job_id=job_id,
        kind=kind,
        old=old,
        new=new,
        total=total,
        actor=actor.person,
        created_at=clock.timestamp(now),
    )
    move.make_due(now + _SWEPT_AFTER, job_id)
    told = {"name": old} if new is None else {"old": old, "new": new}
    deed = f"{kind}.removed" if new is None else f"{kind}.renamed"
    written = record(actor.tenant_id, actor.person, deed, (kind, job_id), now, new=told)
    transact(put(move), put(written), job_notes.noted(actor.tenant_id, "MOVE", job_id, now))
    until = time.monotonic() + _IN_REQUEST_SECONDS
    try:
        work(move, now, lambda: time.monotonic() < until)
    except Exception:
        log.exception("the sweeper goes on", extra={"job_id": job_id})
    return move


def decides_on_others(actor: Actor, old: str, new: str, now: datetime) -> bool:
    """Return whether what goes with a category would decide in place of what the new path has.

    That is what decides there, below or above it, or on assets that it has already.
    """
    every = holders.holders.get()
    deciding = [one.decides for one in every if one.decides is not None]
    if not any(decides(actor.tenant_id, old) for decides in deciding):
        return False
    anew = [one.decides_anew for one in every if one.decides_anew is not None]
    if any(decides(actor.tenant_id, old, new) for decides in anew):
        return True
    there = any(decides(actor.tenant_id, new) for decides in deciding)
    return there or names.count(actor, terms.CATEGORY, new, now) > 0


def go_on(pk: str, now: datetime) -> None:
    """Take a move further, as the sweeper does."""
    move = find(Move, pk, MOVE)
    if move is not None and move.due_at is not None:
        work(move, now, entrypoint.has_time)


def find_for(actor: Actor, job_id: str) -> Move:
    """Read a move for those who may ask for one.

    Raises:
        NotFound: there is none, or not for the actor.
    """
    move = find(Move, job_key(actor.tenant_id, job_id), MOVE)
    if move is None or not actor.has(EDITORS):
        raise NotFound("There is no such job.")
    return move


def refusals(move: Move, limit: int) -> dict[str, str]:
    """Return assets that kept the old name, by id, with the codes of what they failed of."""
    if not move.refused_count:
        return {}
    found, _ = pages.read(Refusal, move.pk, _REFUSALS, limit=limit, position=None, consistent=True)
    return {one.asset_id: one.code for one in found}


def work(move: Move, now: datetime, has_time: Callable[[], bool]) -> None:
    """Change slice by slice, until all is done, the time is over, or another process goes on."""
    if move.kind == "category" and move.new is not None:
        for holder in holders.holders.get():
            holder.begin(move.tenant_id, move.old, move.new, move.actor, now)
    kept = Refusal.query(move.pk, _REFUSALS, consistent_read=True)
    refused = {one.asset_id for one in kept}
    try:
        if move.in_work:
            _change(
                move, catalog.find_many(str(move.tenant_id), move.in_work), refused, now, has_time
            )
        for some in _having(move, now):
            fit = [key for key in some if key not in refused and _concerns(move, some[key])]
            if not fit:
                continue
            if move.in_work or not has_time():
                _note(move, *Move.due_actions(now, move.job_id))
                return
            _note(move, Move.in_work.set(fit), *Move.due_actions(now + _SWEPT_AFTER, move.job_id))
            _change(move, some, refused, now, has_time)
        _end_or_look_again(move, now)
    except ConditionFailed:
        log.info("another process goes on", extra={"job_id": move.job_id})


def _change(
    move: Move, assets: Assets, refused: set[str], now: datetime, has_time: Callable[[], bool]
) -> None:
    """Change the assets in work, and note what became of them; what there is no time for is left.

    Raises:
        ConditionFailed: another process has noted it meanwhile.
    """
    changed, kept = 0, 0
    left: list[str] = []
    for asset_id in move.in_work:
        asset = assets.get(asset_id)
        if asset_id in refused:
            kept += 1
        elif asset is None:
            continue
        elif not _concerns(move, asset):
            changed += 1
        elif not has_time():
            left.append(asset_id)
        else:
            outcome = _renamed_or_code(move, asset, now)
            if outcome is None:
                changed += 1
            elif outcome == Conflict.code:  # too many people edit it at this moment
                left.append(asset_id)
            elif outcome != NotFound.code:  # purged meanwhile
                transact(put(Refusal(move.pk, f"{REFUSED}{asset_id}", code=outcome)))
                refused.add(asset_id)
                kept += 1
    _note(
        move,
        Move.changed.set(move.changed + changed),
        Move.refused_count.set(move.refused_count + kept),
        Move.in_work.set(left),
    )


def _renamed_or_code(move: Move, asset: AssetMetadata, now: datetime) -> str | None:
    """Give one asset the new name; return the code of what that failed of, if it did."""
    try:
        edits.edit(asset, lambda said: _renamed(move, said), move.actor, now, even_trashed=True)
    except ReefError as error:
        log.info("not renamed", extra={"asset_id": asset.asset_id, "code": error.code})
        return error.code
    return None


def _note(move: Move, *actions: Action) -> None:
    """Write down how far a move is.

    Raises:
        ConditionFailed: another process has done so meanwhile.
    """
    same = Move.revision == move.revision
    update(move, *actions, Move.revision.set(move.revision + 1), condition=same)


def _end_or_look_again(move: Move, now: datetime) -> None:
    """End a move of which nothing is left, unless the index may not know of everything yet."""
    if move.in_work or now - datetime.fromisoformat(move.created_at) < _CAUGHT_UP:
        _note(move, *Move.due_actions(now + _CAUGHT_UP, move.job_id))
        return
    if move.new is not None:
        _let_the_new_name_hold(move, move.new)
    ended = Move.finished_at.set(clock.timestamp(clock.now()))
    _note(move, ended, *Move.due_actions(None, move.job_id))


def _let_the_new_name_hold(move: Move, new: str) -> None:
    """Have the new name be the only one, in its spelling."""
    if move.kind == "tag":
        postings.rename(str(move.tenant_id), terms.term(terms.TAG, same_word(new)), new)
        return
    for holder in holders.holders.get():
        if holder.end is not None:
            holder.end(str(move.tenant_id), str(move.old))


def _having(move: Move, now: datetime) -> Iterator[Assets]:
    """Read the assets that the index finds by the old name, as they are now, some at a time.

    Those in the trash come last: they are restored with the new name.
    """
    value = same_word(move.old) if move.kind == "tag" else move.old
    family = terms.TAG if move.kind == "tag" else terms.CATEGORY
    everyone = Actor(move.tenant_id, move.actor.id, move.actor.email, frozenset({ADMIN}))
    for trashed in (False, True):
        asked = Asked(
            words=[],
            terms=[terms.term(family, value)],
            status=None,
            created=Span(),
            size=Span(),
            trashed=trashed,
        )
        found = finding.find(everyone, asked, now)
        ordered = Sorted(
            str(move.tenant_id), found.hits, "created_at", descending=False, among=found.among
        ).behind(None)
        while some := [place.asset_id for place in islice(ordered, _AT_ONCE)]:
            yield catalog.find_many(str(move.tenant_id), some)


def _concerns(move: Move, asset: AssetMetadata) -> bool:
    """Return whether an asset has the old name, and is not about to get the new one by a review."""
    said, waiting = edits.values_of(asset), edits.waiting(asset)
    wanted = _renamed(move, said).items()
    return any(value not in (said[field], waiting.get(field)) for field, value in wanted)


def _renamed(move: Move, said: edits.Values) -> edits.Values:
    """Return what is said of an asset with the new name in place of the old one."""
    if move.kind == "category":
        path = said["category"]
        return {"category": path and categories.moved(path, move.old, str(move.new))}
    old = same_word(move.old)
    tags = [move.new if same_word(tag) == old else tag for tag in said["tags"]]
    return {"tags": unique_words([tag for tag in tags if tag is not None])}
