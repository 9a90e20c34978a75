"""Versions and branches over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import branches, catalog, differences, faces, publishing, purging, versions
from chalicelib.assets.branches import BranchDiverged
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.edits import AssetTrashed
from chalicelib.assets.models import AssetMetadata, AssetVersion, Branch
from chalicelib.assets.publishing import NotApproved
from chalicelib.assets.purging import VersionInUse
from chalicelib.assets.shapes import PersonShown
from chalicelib.core import clock, lists, signing
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.http import Page
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.routing import Routes
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes(__name__, loaders={"asset_id": ("asset", catalog.visible)})

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class VersionShown(msgspec.Struct, kw_only=True):
    """One version of an asset."""

    number: int
    branch: str
    parent: int | None
    change_description: str
    filename: str
    content_type: str
    size_bytes: int
    sha256: str | None
    status: faces.Status
    status_reason: str | None
    published: bool
    deduplicated: bool
    created_by: PersonShown
    created_at: str


class BranchShown(msgspec.Struct):
    """A branch: `head` is its newest version."""

    name: str
    head: int
    from_version: int | None
    created_at: str


class NewBranch(msgspec.Struct):
    """A branch to begin at a version."""

    name: str
    from_version: int


class Publication(msgspec.Struct):
    """When to publish; now unless said otherwise."""

    at: Moment | None = None


class Merge(msgspec.Struct):
    """How to merge a branch that `main` has moved away from."""

    strategy: Literal["theirs"] | None = None


class Change(msgspec.Struct):
    """One difference."""

    old: Any
    new: Any


class FieldChange(msgspec.Struct):
    """One difference of what is said."""

    field: str
    old: Any
    new: Any


class VisualChange(msgspec.Struct):
    """The share of pixels that changed, 0 to 1, and a picture that shows them."""

    difference_ratio: float
    image_url: str


class Difference(msgspec.Struct):
    """What changed between two versions."""

    content: dict[str, Change]
    metadata: list[FieldChange]
    visual: VisualChange | None


@api.get("/assets/{asset_id}/versions", may=MEMBERS)
def list_versions(actor: Actor, asset: AssetMetadata, query: ListQuery) -> Page[VersionShown]:
    """List the versions that you see, newest first."""

    def read(position: Any) -> tuple[list[VersionShown], Any]:
        if catalog.sees_everything(asset, actor):
            found, following = versions.page(asset, query.limit, position)
        else:  # what they do not see makes no page empty, nor stands in a cursor
            found, following = versions.page_of(
                asset, catalog.seen_versions(asset), query.limit, position
            )
        return [_shown(asset, version) for version in found], following

    name = f"versions of {asset.asset_id} for {actor.id}"
    return lists.page(name, actor.tenant_id, query, read)


@api.get("/assets/{asset_id}/versions/{number}", may=MEMBERS)
def show_version(actor: Actor, asset: AssetMetadata, number: str) -> VersionShown:
    """Show one version."""
    return _shown(asset, _version(actor, asset, number))


@api.delete(
    "/assets/{asset_id}/versions/{number}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[VersionInUse],
)
def delete_version(actor: Actor, asset: AssetMetadata, number: str) -> None:
    """Delete a version that nothing needs, for good."""
    purging.delete_version(asset, _version(actor, asset, number), actor.person, clock.now())


@api.get("/assets/{asset_id}/versions/{number}/diff/{other}", may=MEMBERS)
def compare_versions(actor: Actor, asset: AssetMetadata, number: str, other: str) -> Difference:
    """Say what changed between two versions."""
    old, new = _version(actor, asset, number), _version(actor, asset, other)
    before, after = faces.read(old.face), faces.read(new.face)
    visual = differences.of_pictures(asset.tenant_id, before, after)
    content = differences.of_content(before, after)
    return Difference(
        content={name: Change(**pair) for name, pair in content.items()},
        metadata=[FieldChange(**c) for c in differences.of_metadata(asset, old, new)],
        visual=None if visual is None else _visual(asset, *visual),
    )


@api.post(
    "/assets/{asset_id}/versions/{number}/publish",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[NotApproved, AssetTrashed, Conflict],
)
def publish_version(
    actor: Actor, asset: AssetMetadata, number: str, body: Publication
) -> VersionShown:
    """Publish an approved version, now or at a time."""
    version, now = _version(actor, asset, number), clock.now()
    if body.at is None:
        publishing.publish(asset, version, actor.person, now)
    else:
        publishing.schedule(asset, version, body.at, actor.person, now)
    return _shown(catalog.visible(actor, asset.asset_id), version)


@api.post(
    "/assets/{asset_id}/versions/{number}/unpublish",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, Conflict],
)
def unpublish_version(actor: Actor, asset: AssetMetadata, number: str) -> VersionShown:
    """Take a published version back."""
    version = _version(actor, asset, number)
    publishing.unpublish(asset, int(version.number), actor.person, clock.now())
    return _shown(catalog.visible(actor, asset.asset_id), version)


@api.post(
    "/assets/{asset_id}/versions/{number}/rollback",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    status=201,
    problems=[NotReady, AssetTrashed, QuotaExceeded, Conflict],
)
def roll_back_version(actor: Actor, asset: AssetMetadata, number: str) -> VersionShown:
    """Make a version's content the newest again; no bytes are copied."""
    source = _version(actor, asset, number)
    made = branches.roll_back(asset, source, actor.person, clock.now())
    return _shown(catalog.visible(actor, asset.asset_id), made)


@api.get("/assets/{asset_id}/branches", may=CONTRIBUTORS, guard=catalog.require_edit)
def list_branches(actor: Actor, asset: AssetMetadata, query: ListQuery) -> Page[BranchShown]:
    """List the branches, `main` first."""

    def read(position: Any) -> tuple[list[BranchShown], Any]:
        found, following = branches.page(asset, query.limit, position)
        return [_branch(branch) for branch in found], following

    return lists.page(f"branches of {asset.asset_id}", actor.tenant_id, query, read)


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
    problems=[BranchDiverged, NotReady, AssetTrashed, QuotaExceeded, Conflict],
)
def merge_branch(actor: Actor, asset: AssetMetadata, name: str, body: Merge) -> VersionShown:
    """Make a branch's newest version the newest of `main`."""
    branch = branches.get(asset, name)
    theirs = body.strategy == "theirs"
    made = branches.merge(asset, branch, theirs=theirs, actor=actor.person, now=clock.now())
    return _shown(catalog.visible(actor, asset.asset_id), made)


def _version(actor: Actor, asset: AssetMetadata, number: str) -> AssetVersion:
    plain = number.isascii() and number.isdigit() and len(number) <= 6
    sees = plain and _sees(actor, asset, int(number))
    version = catalog.version(asset.tenant_id, asset.asset_id, int(number)) if sees else None
    if version is None:
        raise NotFound("There is no such version.")
    return version


def _sees(actor: Actor, asset: AssetMetadata, number: int) -> bool:
    return catalog.sees_version(asset, actor, number)


def _shown(asset: AssetMetadata, version: AssetVersion) -> VersionShown:
    face = faces.read(version.face)
    return VersionShown(
        number=face.number,
        branch=version.branch,
        parent=int(version.parent) if version.parent else None,
        change_description=version.change_description,
        filename=face.filename,
        content_type=face.content_type,
        size_bytes=face.size_bytes,
        sha256=face.sha256,
        status=face.status,
        status_reason=face.status_reason,
        published=asset.published_version == face.number,
        deduplicated=bool(version.deduplicated),
        created_by=PersonShown(**version.created_by),
        created_at=version.created_at,
    )


def _branch(branch: Branch) -> BranchShown:
    from_version = int(branch.from_version) if branch.from_version else None
    return BranchShown(branch.name, int(branch.head), from_version, branch.created_at)


def _visual(asset: AssetMetadata, ratio: float, key: str) -> VisualChange:
    path = f"renditions/{key}"
    query = signing.folder_query(f"renditions/{asset.tenant_id}", clock.now())
    return VisualChange(ratio, f"{signing.unsigned_url(path)}?{query}")
