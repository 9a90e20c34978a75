"""Uploads over HTTP: of new assets and of new versions, whole or in parts."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.assets import catalog, multipart, uploads
from chalicelib.assets.drafts import FileTooLarge, UploadRequest, VersionRequest
from chalicelib.assets.edits import AssetTrashed
from chalicelib.assets.faces import Status
from chalicelib.assets.models import AssetMetadata, Upload
from chalicelib.assets.shapes import AssetShown, shown
from chalicelib.assets.uploads import WorkflowRequired
from chalicelib.core import clock
from chalicelib.core.errors import Conflict, NotFound, UnsupportedMediaType
from chalicelib.core.identity import Actor
from chalicelib.core.routing import Routes
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS

api = Routes(
    __name__,
    loaders={
        "asset_id": ("asset", catalog.visible),
        "upload_id": ("upload", multipart.get),
    },
)


class NewAsset(msgspec.Struct):
    """The asset that an upload will fill."""

    id: str
    status: Status


class NewVersion(msgspec.Struct):
    """The version that an upload will fill."""

    number: int


class NewJob(msgspec.Struct):
    """The job that processes an upload."""

    id: str
    status: Literal["pending"] = "pending"


class UploadShown(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How to send the bytes: a presigned POST, or the plan of a multipart upload."""

    upload_id: str
    method: Literal["POST", "MULTIPART"]
    expires_at: str
    url: str | None = None
    fields: dict[str, str] | None = None
    part_size_bytes: int | None = None
    part_count: int | None = None


class UploadReserved(msgspec.Struct):
    """A reserved upload; `duplicate_of` lists assets with the same sha256."""

    asset: NewAsset
    version: NewVersion
    duplicate_of: list[str] | None
    upload: UploadShown | None
    job: NewJob


class PartNumbers(msgspec.Struct):
    """The parts to sign URLs for."""

    part_numbers: Annotated[
        list[Annotated[int, msgspec.Meta(ge=1, le=10_000)]],
        msgspec.Meta(min_length=1, max_length=1000),
    ]


class PartUrl(msgspec.Struct):
    """Where and how to PUT one part."""

    part_number: int
    url: str
    headers: dict[str, str]


class PartUrls(msgspec.Struct):
    """Where to PUT parts."""

    parts: list[PartUrl]


class ArrivedPart(msgspec.Struct):
    """A part that S3 has."""

    part_number: int
    size_bytes: int
    etag: str


class ArrivedParts(msgspec.Struct):
    """The parts that S3 has."""

    parts: list[ArrivedPart]


@api.post(
    "/assets/upload",
    may=CONTRIBUTORS,
    status=201,
    problems=[FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired],
)
def reserve_upload(actor: Actor, body: UploadRequest) -> UploadReserved:
    """Reserve an upload: everything is checked before a byte moves."""
    now = clock.now()
    duplicates = catalog.with_sha256(actor, body.sha256.lower()) if body.sha256 else []
    upload = uploads.reserve(actor, body, now, link=bool(body.link_existing and duplicates))
    return _reserved(upload, duplicates, now)


@api.post(
    "/assets/{asset_id}/upload_version",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    status=201,
    problems=[
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
    upload = uploads.reserve_version(actor, asset, body, now, link=link)
    return _reserved(upload, duplicates, now)


@api.post("/uploads/{upload_id}/parts", may=CONTRIBUTORS, problems=[Conflict])
def sign_parts(upload: Upload, body: PartNumbers) -> PartUrls:
    """Sign URLs to PUT parts to."""
    urls = multipart.part_urls(upload, body.part_numbers, clock.now())
    return PartUrls([PartUrl(**url) for url in urls])


@api.get("/uploads/{upload_id}/parts", may=CONTRIBUTORS, problems=[Conflict])
def list_parts(upload: Upload) -> ArrivedParts:
    """List the parts that have arrived."""
    return ArrivedParts([ArrivedPart(**part) for part in multipart.arrived(upload)])


@api.post("/uploads/{upload_id}/complete", may=CONTRIBUTORS, problems=[Conflict])
def complete_upload(actor: Actor, upload: Upload) -> AssetShown:
    """Join the parts of an upload; again gives the same answer."""
    multipart.complete(upload)
    asset, now = catalog.visible(actor, upload.asset_id), clock.now()
    face = catalog.face_for(asset, actor, now)
    if face is None:  # its rights have ended since it was loaded
        raise NotFound("There is no such asset.")
    return shown(asset, face, now)


@api.delete("/uploads/{upload_id}", may=CONTRIBUTORS, problems=[Conflict])
def abort_upload(actor: Actor, upload: Upload) -> None:
    """Abort an upload and free its quota; again is fine."""
    multipart.abort(actor, upload, clock.now())


def _reserved(upload: Upload, duplicates: list[str], now: datetime) -> UploadReserved:
    how = None if upload.linked else uploads.described(upload, now)
    return UploadReserved(
        asset=NewAsset(upload.asset_id, "scanning" if upload.linked else "uploading"),
        version=NewVersion(int(upload.number)),
        duplicate_of=duplicates or None,
        upload=msgspec.convert(how, UploadShown) if how else None,
        job=NewJob(upload.upload_id),
    )
