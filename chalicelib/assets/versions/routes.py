"""Versions and branches over HTTP."""

from functools import partial
from typing import Any

from chalicelib.assets import catalog, purging
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.assets.models import AssetMetadata, AssetVersion, Branch
from chalicelib.assets.purging import VersionInUse
from chalicelib.assets.versions import branches, copies, differences, listing, publishing
from chalicelib.assets.versions.branches import BranchDiverged
from chalicelib.assets.versions.moves import TooManyVersions
from chalicelib.assets.versions.publishing import NotApproved
from chalicelib.assets.versions.shapes import (
    BranchShown,
    Difference,
    Merge,
    NewBranch,
    Publication,
    VersionShown,
    VisualChange,
)
from chalicelib.core import clock, signing
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.pages import Position
from chalicelib.tenants import scopes
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS


def _version(actor: Actor, asset: AssetMetadata, number: str) -> AssetVersion:
    """Read a version of an asset that the actor sees.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    plain = number.isascii() and number.isdigit() and len(number) <= 6
    sees = plain and catalog.sees_version(asset, actor, int(number))
    version = catalog.version(asset.tenant_id, asset.asset_id, int(number)) if sees else None
    if version is None:
        raise NotFound("There is no such version.")
    return version


def _branch_of(_: Actor, asset: AssetMetadata, name: str) -> Branch:
    return branches.get(asset, name)


api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"asset_id": ("asset", catalog.visible)},
    inner_loaders={
        "number": ("version", _version),
        "other": ("other", _version),
        "name": ("branch", _branch_of),
    },
    variables={
        "asset_id": "The asset's id.",
        "number": "The version's number.",
        "other": "The number of the version to compare it with.",
        "name": "The branch's name.",
    },
)


@api.get("/assets/{asset_id}/versions", may=MEMBERS)
def list_versions(actor: Actor, asset: AssetMetadata, query: ListQuery) -> Page[VersionShown]:
    """List the versions that you see, newest first."""

    def read(limit: int, position: Any) -> tuple[list[AssetVersion], Position | int]:
        if catalog.sees_everything(asset, actor):
            return listing.page(asset, limit, position)
        # What they do not see makes no page empty, nor stands in a cursor.
        return listing.page_of(asset, catalog.seen_versions(asset), limit, position)

    name = f"versions of {asset.asset_id} for {actor.id}"
    return lists.page(name, actor.tenant_id, query, read, partial(_shown, actor, asset))


@api.get("/assets/{asset_id}/versions/{number}", may=MEMBERS)
def show_version(actor: Actor, asset: AssetMetadata, version: AssetVersion) -> VersionShown:
    """Show one version."""
    return _shown(actor, asset, version)


@api.delete(
    "/assets/{asset_id}/versions/{number}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[VersionInUse],
)
def delete_version(actor: Actor, asset: AssetMetadata, version: AssetVersion) -> None:
    """Delete a version that nothing needs, for good."""
    purging.delete_version(asset, version, actor.person, clock.now())


@api.get("/assets/{asset_id}/versions/{number}/diff/{other}", may=MEMBERS)
def compare_versions(
    asset: AssetMetadata, version: AssetVersion, other: AssetVersion
) -> Difference:
    """Return what changed between two versions."""
    old, new = version, other
    before, after = old.face, new.face
    visual = differences.of_pictures(asset.tenant_id, before, after)
    return Difference(
        content=differences.of_content(before, after),
        metadata=differences.of_metadata(asset, old, new),
        visual=None if visual is None else _visual(*visual),
    )


@api.post(
    "/assets/{asset_id}/versions/{number}/publish",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[NotApproved, AssetTrashed, Conflict],
)
def publish_version(
    actor: Actor, asset: AssetMetadata, version: AssetVersion, body: Publication
) -> VersionShown:
    """Publish an approved version, now or at a time."""
    now = clock.now()
    if body.at is None:
        publishing.publish(asset, version, actor.person, now)
    else:
        publishing.schedule(asset, version, body.at, actor.person, now)
    return _shown(actor, catalog.visible(actor, asset.asset_id), version)


@api.post(
    "/assets/{asset_id}/versions/{number}/unpublish",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, Conflict],
)
def unpublish_version(actor: Actor, asset: AssetMetadata, version: AssetVersion) -> VersionShown:
    """Take a published version back."""
    publishing.unpublish(asset, version.number, actor.person, clock.now())
    return _shown(actor, catalog.visible(actor, asset.asset_id), version)


@api.post(
    "/assets/{asset_id}/versions/{number}/rollback",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    status=201,
    problems=[NotReady, TooManyVersions, AssetTrashed, QuotaExceeded, Conflict],
)
def roll_back_version(actor: Actor, asset: AssetMetadata, version: AssetVersion) -> VersionShown:
    """Make a version's content the newest again; no bytes are copied."""
    made = copies.roll_back(asset, version, actor.person, clock.now())
    return _shown(actor, catalog.visible(actor, asset.asset_id), made)


@api.get("/assets/{asset_id}/branches", may=CONTRIBUTORS, guard=catalog.require_edit)
def list_branches(actor: Actor, asset: AssetMetadata, query: ListQuery) -> Page[BranchShown]:
    """List the branches, `main` first."""
    name, read = f"branches of {asset.asset_id}", partial(branches.page, asset)
    return lists.page(name, actor.tenant_id, query, read, _branch)


@api.post(
    "/assets/{asset_id}/branches",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    status=201,
    problems=[AssetTrashed, Conflict],
)
def create_branch(actor: Actor, asset: AssetMetadata, body: NewBranch) -> BranchShown:
    """Begin a branch at a version."""
    name = branches.checked_name(body.name)
    source = _version(actor, asset, str(body.from_version))
    return _branch(branches.create(asset, name, source, actor.person, clock.now()))


@api.post(
    "/assets/{asset_id}/branches/{name}/merge",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    status=201,
    problems=[
        BranchDiverged,
        NotReady,
        TooManyVersions,
        AssetTrashed,
        QuotaExceeded,
        Conflict,
    ],
)
def merge_branch(actor: Actor, asset: AssetMetadata, branch: Branch, body: Merge) -> VersionShown:
    """Make a branch's newest version the newest of `main`."""
    theirs = body.strategy == "theirs"
    made = branches.merge(asset, branch, theirs=theirs, actor=actor.person, now=clock.now())
    return _shown(actor, catalog.visible(actor, asset.asset_id), made)


def _shown(actor: Actor, asset: AssetMetadata, version: AssetVersion) -> VersionShown:
    face, parent = version.face, version.parent
    knows_parent = parent is not None and catalog.sees_version(asset, actor, parent)
    return VersionShown(
        number=face.number,
        branch=version.branch,
        parent=parent if knows_parent else None,
        change_description=version.change_description,
        filename=face.filename,
        content_type=face.content_type,
        size_bytes=face.size_bytes,
        sha256=face.sha256,
        status=face.status,
        status_reason=face.status_reason,
        published=asset.published_version == face.number,
        deduplicated=catalog.knows_duplicate(asset, version, actor),
        created_by=version.created_by,
        created_at=version.created_at,
    )


def _branch(branch: Branch) -> BranchShown:
    return BranchShown(branch.name, branch.head, branch.from_version, branch.created_at)


def _visual(ratio: float, key: str) -> VisualChange:
    return VisualChange(ratio, signing.file_url(f"renditions/{key}", clock.now()))
