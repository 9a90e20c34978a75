"""Who sees which asset, and which of its faces."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.assets import faces, lifecycle
from chalicelib.assets.faces import Face
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    asset_key,
    content_key,
    version_key,
)
from chalicelib.core import clock
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.identity import Actor
from chalicelib.core.tables import find
from chalicelib.tenants import roles

_READY = frozenset({"processing", "in_review", "approved"})
"""The states in which a version's bytes are clean and kept."""

Reviews = Callable[[Actor, str], int | None]
"""Gives the number of the version of an asset on which a member has to decide, if there is one."""

_reviews: list[Reviews] = []

_PAGES_AT_ONCE = 5
"""How many index pages one answer reads when filters leave little of them."""


def sees_everything(asset: AssetMetadata, actor: Actor) -> bool:
    """Say whether the actor sees unpublished versions of this asset."""
    own = asset.uploaded_by["id"] == actor.id
    return actor.has(roles.OVERSEERS) or (own and actor.has(roles.CONTRIBUTORS))


def reviews_with(function: Reviews) -> None:
    """Say who has to decide on which versions; a higher slice knows."""
    _reviews[:] = [function]


def face_for(asset: AssetMetadata, actor: Actor, now: datetime) -> Face | None:
    """Give the face that the actor sees.

    The newest version's, that of the version on which they have to decide, or the published one's.
    """
    if sees_everything(asset, actor):
        return faces.read(asset.current)
    if asset.reviewed is not None:
        return faces.read(asset.reviewed.face)
    shown = asset.published is not None and lifecycle.may_be_shown(asset, now)
    return faces.read(asset.published) if shown and actor.has(roles.BUILT_IN) else None


def require_edit(actor: Actor, asset: AssetMetadata) -> None:
    """Let those edit who may: editors everything, contributors what is theirs.

    Raises:
        Forbidden: the actor sees the asset, but it is somebody else's.
    """
    own = asset.uploaded_by["id"] == actor.id and actor.has(roles.CONTRIBUTORS)
    if not (own or actor.has(roles.EDITORS)):
        raise Forbidden("This asset is somebody else's; editors can change it.")


def visible(actor: Actor, asset_id: str) -> AssetMetadata:
    """Read an asset that the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    asset = find(AssetMetadata, asset_key(actor.tenant_id, asset_id), "ASSET")
    if asset is None or asset.listed_in is None:
        raise NotFound("There is no such asset.")
    if not sees_everything(asset, actor):
        asset.reviewed = _reviewed(asset, actor)
    if face_for(asset, actor, clock.now()) is None:
        raise NotFound("There is no such asset.")
    return asset


def version(tenant_id: str, asset_id: str, number: int) -> AssetVersion | None:
    """Read one version; None where there is none."""
    return find(AssetVersion, asset_key(tenant_id, asset_id), version_key(number))


def sees_version(asset: AssetMetadata, actor: Actor, number: int) -> bool:
    """Say whether the actor sees this version of an asset that they see."""
    return sees_everything(asset, actor) or number in seen_versions(asset)


def seen_versions(asset: AssetMetadata) -> set[int]:
    """Give the versions that those see who do not see everything of this asset."""
    on_trial = None if asset.reviewed is None else asset.reviewed.number
    return {int(one) for one in (on_trial, asset.published_version) if one is not None}


def _reviewed(asset: AssetMetadata, actor: Actor) -> AssetVersion | None:
    """Give the version on which the actor has to decide; of an asset in the trash there is none."""
    if asset.trashed_at is not None:
        return None
    number = _reviews[0](actor, str(asset.asset_id))
    return None if number is None else version(asset.tenant_id, asset.asset_id, number)


def page(
    actor: Actor,
    limit: int,
    position: Any,
    keep: Callable[[AssetMetadata, Face], bool],
    now: datetime,
    *,
    trashed: bool,
    newest_first: bool,
) -> tuple[list[tuple[AssetMetadata, Face]], Any]:
    """Read one page of the assets that the actor sees and a filter keeps.

    Args:
        actor: who looks; they see no other tenant's assets, and no face that is not theirs.
        limit: at most so many.
        position: where the last page stopped.
        keep: the filter, given the asset and the face that the actor sees.
        now: the present time.
        trashed: list what is in the trash instead.
        newest_first: the order.

    Returns:
        Assets with their faces, perhaps fewer than the limit, and the next position or None.
    """
    found: list[tuple[AssetMetadata, Face]] = []
    for _ in range(_PAGES_AT_ONCE):
        results = AssetMetadata.by_tenant.query(
            f"{actor.tenant_id}#trash" if trashed else actor.tenant_id,
            scan_index_forward=not newest_first,
            limit=limit,
            page_size=limit,
            last_evaluated_key=position,
        )
        for asset in results:
            face = face_for(asset, actor, now)
            if face is not None and keep(asset, face):
                found.append((asset, face))
                if len(found) == limit:
                    return found, _position(asset)
        position = results.last_evaluated_key
        if position is None:
            return found, None
    return found, position


def with_sha256(actor: Actor, sha256: str) -> list[str]:
    """List the ids of assets that the actor sees and whose shown version has these bytes."""
    hits = AssetVersion.by_sha256.query(content_key(actor.tenant_id, sha256), limit=100)
    candidates = list(dict.fromkeys(hit.asset_id for hit in hits))
    keys = [(asset_key(actor.tenant_id, asset_id), "ASSET") for asset_id in candidates]
    assets = {asset.asset_id: asset for asset in AssetMetadata.batch_get(keys)}
    seen = []
    for asset_id in candidates:
        face = face_for(assets[asset_id], actor, clock.now()) if asset_id in assets else None
        if face is not None and face.sha256 == sha256 and face.status in _READY:
            seen.append(asset_id)
    return seen


def _position(asset: AssetMetadata) -> dict[str, Any]:
    values = {
        "listed_in": asset.listed_in,
        "asset_id": asset.asset_id,
        "pk": asset.pk,
        "sk": asset.sk,
    }
    return {name: {"S": value} for name, value in values.items()}
