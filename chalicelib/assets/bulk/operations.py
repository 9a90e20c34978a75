"""Changing many assets: each like a request of its own, with its own outcome and record."""

import contextvars
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import msgspec

from chalicelib.assets import catalog, trash
from chalicelib.assets.bulk.shapes import Operation, Value
from chalicelib.assets.collections import access, registry
from chalicelib.assets.metadata import edits
from chalicelib.assets.metadata.descriptions import (
    AssetChange,
    Words,
    changed_values,
    folded_word,
    unique_words,
)
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.versions import publishing
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound, ReefError, invalid

log = logging.getLogger(__name__)

Deed = Callable[[AssetMetadata], None]
"""Changes one asset, or raises what a request for that asset alone would be answered with."""

T = TypeVar("T")

NOT_DONE = "not_done"
_SECONDS = 20
"""After so long no other asset is begun: the gateway gives an answer 29 seconds."""

_AT_ONCE = 8
_MOST_TAGS = 200


def run(
    actor: Actor, asset_ids: Sequence[str], operation: Operation, value: Value, now: datetime
) -> dict[str, str | None]:
    """Do one thing with many assets.

    Args:
        actor: who does it; each asset takes it as from them alone.
        asset_ids: which.
        operation: what.
        value: with what.
        now: when.

    Returns:
        By the id of each asset what it failed of, as a code; None where it is done.

    Raises:
        Invalid: the value does not fit the operation.
        NotFound: the actor sees no such collection.
        Forbidden: the actor may not change that collection.
    """
    if operation == "add_to_collection":
        return _collected(actor, asset_ids, value, now)
    deed = _deed(actor, operation, value, now)

    def edit(asset: AssetMetadata) -> None:
        catalog.require_edit(actor, asset)
        deed(asset)

    return _each(actor, asset_ids, edit)


def _deed(actor: Actor, operation: Operation, value: Value, now: datetime) -> Deed:
    """Return what one operation does with an asset, its value checked."""
    if operation in {"delete", "restore", "publish"}:
        if value is not msgspec.UNSET and value is not None:
            raise invalid("value", f"Nothing is needed to {operation}")
        return {"delete": _trasher, "restore": _restorer, "publish": _publisher}[operation](
            actor, now
        )
    if operation in {"tag", "untag"}:
        words = _checked(value, Words, "A list of words of 1 to 200 characters")
        if not unique_words(words):
            raise invalid("value", "At least one word is needed")
        changed = _tagged(words) if operation == "tag" else _untagged(words)
        return _editor(actor, now, changed)
    name = operation.removeprefix("set_")
    change = _checked({name: value}, AssetChange, "Not what this field holds")
    if value is msgspec.UNSET or (value is None and name == "custom_fields"):
        raise invalid("value", "A value is needed")
    changed_values({"custom_fields": {}}, change)
    return _editor(actor, now, lambda before: changed_values(before, change))


def _checked(value: object, kind: type[T], otherwise: str) -> T:
    """Read a value as the type that an operation needs.

    Raises:
        Invalid: it is of another one.
    """
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, TypeError):
        raise invalid("value", otherwise) from None


def _editor(actor: Actor, now: datetime, changed: Callable[[edits.Values], edits.Values]) -> Deed:
    def edit(asset: AssetMetadata) -> None:
        edits.edit(asset, changed, actor.person, now)

    return edit


def _tagged(words: list[str]) -> Callable[[edits.Values], edits.Values]:
    def changed(before: edits.Values) -> edits.Values:
        tags = unique_words([*before["tags"], *words])
        if len(tags) > _MOST_TAGS:
            raise invalid("value", f"An asset has at most {_MOST_TAGS} tags")
        return {"tags": tags}

    return changed


def _untagged(words: list[str]) -> Callable[[edits.Values], edits.Values]:
    gone = {folded_word(word) for word in words}

    def changed(before: edits.Values) -> edits.Values:
        return {"tags": [word for word in before["tags"] if folded_word(word) not in gone]}

    return changed


def _trasher(actor: Actor, now: datetime) -> Deed:
    return lambda asset: trash.trash(asset, actor.person, now)


def _restorer(actor: Actor, now: datetime) -> Deed:
    def restore(asset: AssetMetadata) -> None:
        trash.restore(asset, actor.person, now)

    return restore


def _publisher(actor: Actor, now: datetime) -> Deed:
    def publish(asset: AssetMetadata) -> None:
        version = catalog.version(asset.tenant_id, asset.asset_id, asset.current_version)
        if version is None:
            raise NotFound("There is no such version.")
        publishing.publish(asset, version, actor.person, now)

    return publish


def _collected(
    actor: Actor, asset_ids: Sequence[str], value: Value, now: datetime
) -> dict[str, str | None]:
    """Put the assets that may be put there into a collection, in one change of it."""
    if not isinstance(value, str):
        raise invalid("value", "The id of a collection is needed")
    collection = registry.visible(actor, value)
    access.require_edit(actor, collection)
    outcomes = _each(actor, asset_ids, edits.require_live)
    fit = [asset_id for asset_id, code in outcomes.items() if code is None]
    left_over = registry.add(collection, fit, actor, now) if fit else []
    return outcomes | dict.fromkeys(left_over, "invalid")


def _each(actor: Actor, asset_ids: Sequence[str], deed: Deed) -> dict[str, str | None]:
    """Do something with each asset that the actor sees, several at once; give what each failed of.

    What fails, in whatever way, holds up no other.
    """
    until = time.monotonic() + _SECONDS
    wanted = list(dict.fromkeys(asset_ids))
    found = catalog.find_many(actor.tenant_id, wanted)

    def outcome(asset_id: str) -> str | None:
        if time.monotonic() > until:
            return NOT_DONE
        try:
            deed(catalog.visible(actor, found.get(asset_id)))
        except ReefError as error:
            return error.code
        except Exception:
            log.exception("bulk change failed", extra={"asset_id": asset_id})
            return ReefError.code
        return None

    with ThreadPoolExecutor(min(_AT_ONCE, len(wanted))) as pool:
        # Each carries the request's id, which the records name.
        running = [
            pool.submit(contextvars.copy_context().run, outcome, asset_id) for asset_id in wanted
        ]
        return {asset_id: one.result() for asset_id, one in zip(wanted, running, strict=True)}
