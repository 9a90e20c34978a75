"""Uploads over HTTP: of new assets and of new versions, whole or in parts."""

from datetime import datetime

import msgspec

from chalicelib.assets import catalog, preflight
from chalicelib.assets.admission import RuleBlocks
from chalicelib.assets.metadata import edits
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.shapes import AssetShown, shown
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import creation, examples, links, multipart, open_uploads
from chalicelib.assets.uploads.creation import WorkflowRequired
from chalicelib.assets.uploads.drafts import FileTooLarge, UploadRequest, VersionRequest
from chalicelib.assets.uploads.links import LinkWanted
from chalicelib.assets.uploads.shapes import (
    ArrivedParts,
    NewAsset,
    NewJob,
    NewVersion,
    OpenUpload,
    PartNumbers,
    PartUrls,
    UploadReserved,
    UploadShown,
)
from chalicelib.assets.versions.moves import TooManyVersions
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound, UnsupportedMediaType
from chalicelib.core.pages import Position
from chalicelib.tenants import scopes
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={
        "asset_id": ("asset", catalog.visible),
        "upload_id": ("upload", multipart.get),
    },
    variables={"asset_id": "The asset's id.", "upload_id": "The upload's id."},
    tags={"uploads": "Uploads under way: the parts of large files, and ending one."},
)


@api.get("/uploads", may=CONTRIBUTORS)
def list_uploads(actor: Actor, query: ListQuery) -> Page[OpenUpload]:
    """List your uploads whose bytes have not come yet, the next to expire first."""

    def read(limit: int, position: Position) -> tuple[list[Upload], Position]:
        return open_uploads.page(actor, limit, position, clock.now())

    return lists.page(f"uploads of {actor.id}", actor.tenant_id, query, read, _open)


@api.post(
    "/assets/upload",
    may=CONTRIBUTORS,
    status=201,
    problems=[FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired],
    example=examples.UPLOAD,
)
def reserve_upload(actor: Actor, body: UploadRequest) -> UploadReserved:
    """Reserve an upload: everything is checked before a byte moves."""
    now = clock.now()
    duplicates = catalog.with_sha256(actor, body.sha256.lower()) if body.sha256 else []
    upload = creation.reserve(actor, body, now, link=bool(body.link_existing and duplicates))
    return _reserved(upload, duplicates, now)


@api.post(
    "/assets/link",
    may=CONTRIBUTORS,
    status=201,
    problems=[QuotaExceeded, WorkflowRequired],
)
def create_link(actor: Actor, body: LinkWanted) -> Tagged[AssetShown]:
    """Make an asset of an address, for screens; nobody but them fetches it."""
    now = clock.now()
    asset = links.create(actor, body, now)
    return Tagged(shown(asset, asset.current, now, actor), edits.etag(asset))


@api.post(
    "/assets/{asset_id}/upload_version",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    status=201,
    problems=[
        RuleBlocks,
        TooManyVersions,
        FileTooLarge,
        UnsupportedMediaType,
        QuotaExceeded,
        WorkflowRequired,
        AssetTrashed,
        Conflict,
    ],
)
def reserve_version(actor: Actor, asset: AssetMetadata, body: VersionRequest) -> UploadReserved:
    """Reserve an upload of a new version, of `main` or of a branch."""
    now = clock.now()
    duplicates = catalog.with_sha256(actor, body.sha256.lower()) if body.sha256 else []
    link = bool(body.link_existing and duplicates)
    upload = creation.reserve_version(actor, asset, body, now, link=link)
    return _reserved(upload, duplicates, now)


@api.post("/uploads/{upload_id}/parts", may=CONTRIBUTORS, problems=[Conflict])
def sign_parts(upload: Upload, body: PartNumbers) -> PartUrls:
    """Sign URLs to PUT parts to."""
    urls, expires_at = multipart.part_urls(upload, body.part_numbers, clock.now())
    return PartUrls(urls, clock.timestamp(expires_at))


@api.get("/uploads/{upload_id}/parts", may=CONTRIBUTORS, problems=[Conflict])
def list_parts(upload: Upload) -> ArrivedParts:
    """List the parts that have arrived."""
    return ArrivedParts(multipart.arrived(upload))


@api.post("/uploads/{upload_id}/complete", may=CONTRIBUTORS, problems=[Conflict])
def complete_upload(actor: Actor, upload: Upload) -> AssetShown:
    """Join the parts of an upload; again gives the same answer."""
    multipart.complete(upload, clock.now())
    asset, now = catalog.visible(actor, upload.asset_id), clock.now()
    face = catalog.face_for(asset, actor, now)
    if face is None:  # its rights have ended since it was loaded
        raise NotFound("There is no such asset.")
    return shown(asset, face, now, actor)


@api.delete("/uploads/{upload_id}", may=CONTRIBUTORS, problems=[Conflict])
def abort_upload(actor: Actor, upload: Upload) -> None:
    """Abort an upload and free its quota. Idempotent."""
    multipart.abort(actor, upload, clock.now())


def _open(upload: Upload) -> OpenUpload:
    declared = upload.declared
    return OpenUpload(
        upload_id=upload.upload_id,
        asset_id=upload.asset_id,
        version=upload.number,
        filename=declared.filename,
        content_type=declared.content_type,
        size_bytes=declared.size_bytes,
        method="POST" if upload.part_count is None else "MULTIPART",
        part_size_bytes=upload.part_size_bytes,
        part_count=upload.part_count,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
    )


def _reserved(upload: Upload, duplicates: list[str], now: datetime) -> UploadReserved:
    how = None if upload.linked else creation.described(upload, now)
    return UploadReserved(
        asset=NewAsset(upload.asset_id, "scanning" if upload.linked else "uploading"),
        version=NewVersion(upload.number),
        duplicate_of=[one for one in duplicates if one != upload.asset_id] or None,
        upload=msgspec.convert(how, UploadShown) if how else None,
        job=NewJob(upload.upload_id),
        preflight=preflight.of_type(upload.declared.content_type),
    )
