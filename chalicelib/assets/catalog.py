"""Who sees which asset, and which of its faces."""

from collections.abc import Callable, Iterable
from datetime import datetime

from chalicelib.assets import lifecycle
from chalicelib.assets.faces import Face
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    asset_key,
    content_key,
    version_key,
)
from chalicelib.core import clock, pages, tables
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.hooks import Hook
from chalicelib.core.pages import Position
from chalicelib.core.tables import find
from chalicelib.tenants import roles

_READY = frozenset({"processing", "in_review", "approved"})
"""The states in which a version's bytes are clean and kept."""

reviewed_version: Hook[Callable[[Actor, str], int | None]] = Hook(
    "on which version of an asset, by number, has a member to decide?"
)


def sees_everything(asset: AssetMetadata, actor: Actor) -> bool:
    """Return whether the actor sees unpublished versions of this asset."""
    own = asset.uploaded_by.id == actor.id
    return actor.has(roles.OVERSEERS) or (own and actor.has(roles.CONTRIBUTORS))


def face_for(asset: AssetMetadata, actor: Actor, now: datetime) -> Face | None:
    """Return the face that the actor sees.

    The newest version's, that of the version on which they have to decide, or the published one's.
    """
    if sees_everything(asset, actor):
        return asset.current
    if asset.reviewed is not None:
        return asset.reviewed.face
    shown = asset.published is not None and lifecycle.may_be_shown(asset, now)
    return asset.published if shown and actor.has(roles.BUILT_IN) else None


def require_edit(actor: Actor, asset: AssetMetadata) -> None:
    """Let those edit who may: editors everything, contributors what is theirs.

    Raises:
        Forbidden: the actor sees the asset, but it is somebody else's.
    """
    own = asset.uploaded_by.id == actor.id and actor.has(roles.CONTRIBUTORS)
    if not (own or actor.has(roles.EDITORS)):
        raise Forbidden("This asset is somebody else's; editors can change it.")


def visible(actor: Actor, asset: str | AssetMetadata | None) -> AssetMetadata:
    """Return an asset that the actor may see.

    Args:
        actor: who looks.
        asset: its id; or the asset as it was just read, None where there is none.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    if isinstance(asset, str):
        asset = find(AssetMetadata, asset_key(actor.tenant_id, asset), "ASSET")
    if asset is None or asset.listed_in is None:
        raise NotFound("There is no such asset.")
    if not sees_everything(asset, actor) and asset.trashed_at is None:
        number = reviewed_version.get()(actor, str(asset.asset_id))  # which they have to decide
        if number is not None:
            asset.reviewed = find(AssetVersion, asset.pk, version_key(number))
    if face_for(asset, actor, clock.now()) is None:
        raise NotFound("There is no such asset.")
    return asset


def find_many(tenant_id: str, asset_ids: Iterable[str]) -> dict[str, AssetMetadata]:
    """Read a tenant's assets by their ids, in that order; those that there are not are left out.

    A hundred cost one request. The trash is part of it, what is being purged is not.
    """
    keys = [(asset_key(tenant_id, asset_id), "ASSET") for asset_id in asset_ids]
    found = tables.find_many(AssetMetadata, keys)
    return {str(asset.asset_id): asset for asset in found if asset.listed_in is not None}


def version(tenant_id: str, asset_id: str, number: int) -> AssetVersion | None:
    """Read one version; None where there is none."""
    return find(AssetVersion, asset_key(tenant_id, asset_id), version_key(number))


def sees_version(asset: AssetMetadata, actor: Actor, number: int) -> bool:
    """Return whether the actor sees this version of an asset that they see."""
    return sees_everything(asset, actor) or number in seen_versions(asset)


def seen_versions(asset: AssetMetadata) -> set[int]:
    """Return the versions that those see who do not see everything of this asset."""
    on_trial = None if asset.reviewed is None else asset.reviewed.number
    return {one for one in (on_trial, asset.published_version) if one is not None}


def page(
    actor: Actor,
    limit: int,
    position: Position,
    now: datetime,
    *,
    trashed: bool,
    newest_first: bool,
) -> tuple[list[tuple[AssetMetadata, Face]], Position]:
    """Read one page of all assets that the actor sees.

    Args:
        actor: who looks; they see no other tenant's assets, and no face that is not theirs.
        limit: at most so many.
        position: where the last page stopped.
        now: the present time.
        trashed: list what is in the trash instead.
        newest_first: the order.

    Returns:
        Assets with their faces, perhaps fewer than the limit, and the next position or None.
    """

    def read(at_most: int, start: Position) -> tuple[list[AssetMetadata], Position]:
        return pages.read(
            AssetMetadata.by_tenant,
            f"{actor.tenant_id}#trash" if trashed else actor.tenant_id,
            limit=at_most,
            position=start,
            newest_first=newest_first,
        )

    def seen(asset: AssetMetadata) -> tuple[AssetMetadata, Face] | None:
        face = face_for(asset, actor, now)
        return None if face is None else (asset, face)

    return pages.kept(read, seen, position_of, limit=limit, position=position)


def with_sha256(actor: Actor, sha256: str) -> list[str]:
    """List the ids of assets that the actor sees and whose shown version has these bytes."""
    seen = []
    for asset in _with_bytes(actor, sha256):
        face = face_for(asset, actor, clock.now())
        if face is not None and face.sha256 == sha256 and face.status in _READY:
            seen.append(str(asset.asset_id))
    return seen


def _with_bytes(actor: Actor, sha256: str) -> list[AssetMetadata]:
    """Return the tenant's assets of which some version has these bytes, in the index's order."""
    hits = AssetVersion.by_sha256.query(content_key(actor.tenant_id, sha256), limit=100)
    candidates = list(dict.fromkeys(hit.asset_id for hit in hits))
    keys = [(asset_key(actor.tenant_id, asset_id), "ASSET") for asset_id in candidates]
    assets = {asset.asset_id: asset for asset in AssetMetadata.batch_get(keys)}
    return [assets[asset_id] for asset_id in candidates if asset_id in assets]


def knows_duplicate(asset: AssetMetadata, version: AssetVersion, actor: Actor) -> bool:
    """Return whether an actor may know that a version's bytes were there before it came.

    Whoever does not see the others that have these bytes learns nothing of them.
    """
    if not version.deduplicated or version.content_key is None:
        return False
    if actor.has(roles.OVERSEERS):
        return True
    if not sees_everything(asset, actor):
        return False
    hits = AssetVersion.by_sha256.query(version.content_key, limit=100)
    own = {hit.number for hit in hits if hit.asset_id == asset.asset_id}
    sha256 = str(version.face.sha256)
    return bool(own - {version.number} or {*with_sha256(actor, sha256)} - {asset.asset_id})


def position_of(asset: AssetMetadata) -> Position:
    """Return the position behind an asset in the list of all."""
    values = {
        "listed_in": asset.listed_in,
        "asset_id": asset.asset_id,
        "pk": asset.pk,
        "sk": asset.sk,
    }
    return {name: {"S": value} for name, value in values.items()}
