"""Answers of which an asset's `ETag` is part: shown with it, and changed on condition of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Tagged
from chalicelib.core.errors import PreconditionFailed

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True)
class Answers(Generic[T]):
    """The answers of one shape that say something of assets.

    Args:
        show: gives the answer's body: an asset, or what is said of it, as the actor sees it.
    """

    show: Callable[[Actor, AssetMetadata], T]

    def tagged(self, actor: Actor, asset: AssetMetadata) -> Tagged[T]:
        """Return the answer with its tag."""
        return Tagged(self.show(actor, asset), tag(actor, asset))

    def edited(
        self,
        actor: Actor,
        asset: AssetMetadata,
        if_match: str | None,
        new_values: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> Tagged[T]:
        """Edit an asset as `edits.edit` does, and return it as it is then.

        Raises:
            AssetTrashed, RuleBlocks, PreconditionFailed: it cannot be edited, or not so.
        """
        with self.showing_current(actor, asset):
            asset = edits.edit(asset, new_values, actor.person, clock.now(), if_match)
        return self.tagged(actor, asset)

    @contextmanager
    def showing_current(self, actor: Actor, asset: AssetMetadata) -> Iterator[None]:
        """Let a failed precondition show the asset as it is now."""
        try:
            yield
        except PreconditionFailed as failure:
            fresh = catalog.visible(actor, asset.asset_id)
            failure.extra = {"current": msgspec.to_builtins(self.show(actor, fresh))}
            raise


def tag(actor: Actor, asset: AssetMetadata) -> str:
    """Return the tag of what the actor sees of an asset."""
    whole = catalog.sees_everything(asset, actor)
    return edits.etag(asset) if whole else edits.public_etag(asset)
